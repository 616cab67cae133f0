// Prefixes that conversations share: what a prefix cache can give at a hit rate that is chosen.
#pragma once

#include <cstdint>
#include <vector>

#include <absl/status/status.h>

namespace specctl {

struct Conversation;

struct SharedPrefix {
  uint32_t groups = 0;  // 0: none
  uint32_t tokens = 0;  // of each; of text at 4 characters a token
  bool operator==(const SharedPrefix&) const = default;
};

// Puts the prefix of its group before the first message of each conversation: text as a system
// message (joined to one that is there), ids before ids.  Row i is of group i mod groups.  The
// prefixes are of the seed, and no two begin alike.  Does nothing without groups.
// INVALID_ARGUMENT  a row's system message is more than text; the text names the flag
absl::Status AddSharedPrefixes(const SharedPrefix& prefix, uint64_t seed,
                               std::vector<Conversation>& rows);

}  // namespace specctl
