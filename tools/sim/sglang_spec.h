// Per-request speculative statistics of SGLang, under the names of its versions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/json_writer.h"
#include "tools/sim/flavour_options.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

// Names of what changed twice.
struct SglangSpecNames {
  std::string_view proposed;
  std::string_view accepted;
  std::string_view histogram;
};
SglangSpecNames NamesOf(SglangNames generation);

// What a finished request tells.
struct SglangSpecCounts {
  uint64_t verify_calls = 0;
  uint64_t proposed = 0;  // each verification of the full width
  uint64_t accepted = 0;  // with those cut off
  uint64_t completion_tokens = 0;
  std::vector<uint64_t> histogram;  // verifications by accepted drafts, up to the most seen
};
SglangSpecCounts SpecCountsOf(const ReplyState& state, uint32_t draft_length);

// The members "spec_..." of an object that is open.  `server_details` adds those that only the
// OpenAI routes have.
void WriteSpecMembers(const SglangSpecCounts& counts, SglangNames generation, bool server_details,
                      JsonWriter& json);

}  // namespace specctl::sim
