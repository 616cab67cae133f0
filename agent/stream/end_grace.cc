#include "agent/stream/end_grace.h"

#include <algorithm>

namespace specctl::agent {

Nanos EndGrace::Length() const {
  if (!any_ended_) return any_left_open_ ? Nanos(0) : kFirst;
  return std::clamp(longest_ * kTimesLongest, kLeast, kMost);
}

void EndGrace::OnEnded(Nanos behind) {
  any_ended_ = true;
  longest_ = std::max(longest_, behind);
}

}  // namespace specctl::agent
