// Splits an agent's job into messages of bounded size.
#pragma once

#include <cstddef>

#include "controller/session/session_messages.h"
#include "specctl/v1/session.pb.h"

namespace specctl::controller {

// The first part carries the spec, secrets, targets and numbers; conversations follow in order; the
// last part has `last` set.  A part is at most `part_bytes_max` of conversations, or one
// conversation that is larger by itself.  Only the part asked for is in memory.
class SliceParts {
 public:
  static constexpr size_t kPartBytesMax = 2u << 20;

  explicit SliceParts(PrepareAgent job, size_t part_bytes_max = kPartBytesMax)
      : job_(std::move(job)), part_bytes_max_(part_bytes_max) {}

  // True once the last part has been returned.
  bool done() const { return done_; }
  // The next part.  Not to be called once done().
  v1::Prepare Next();

 private:
  void FillHead(v1::Prepare& part) const;

  PrepareAgent job_;
  size_t part_bytes_max_;
  size_t next_ = 0;  // index into job_.order_indices
  bool head_sent_ = false;
  bool done_ = false;
};

}  // namespace specctl::controller
