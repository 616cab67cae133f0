// Splits an agent's job into messages of bounded size.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "common/session/controller_messages.h"
#include "common/workload/workload.h"

namespace specctl {

// The first part has the head; conversations follow in order.  A part is at most `part_bytes_max`
// of text, or one conversation that is larger by itself.  The workload is shared by all agents, and
// only the part asked for is a copy.
class PrepareParts {
 public:
  static constexpr size_t kPartBytesMax = 2u << 20;

  // `head`: the job without its slice's entries, which are taken from `workload`.
  PrepareParts(LoadJob head, std::shared_ptr<const Workload> workload,
               size_t part_bytes_max = kPartBytesMax);

  // Requires !done().
  PreparePart Next();
  bool done() const { return done_; }
  const LoadJob& head() const { return head_; }

 private:
  LoadJob head_;
  std::shared_ptr<const Workload> workload_;
  std::vector<uint64_t> order_indices_;  // the agent's, ascending
  size_t part_bytes_max_;
  bool head_sent_ = false;
  size_t next_ = 0;
  bool done_ = false;
};

}  // namespace specctl
