#include "agent/schedule/target_chooser.h"

#include <algorithm>
#include <cassert>

namespace specctl::agent {

uint32_t TargetChooser::Begin(uint64_t position) {
  uint64_t target = position % in_flight_.size();
  if (policy_ == UrlPolicy::kLeastInFlight) {
    const auto least = std::min_element(in_flight_.begin(), in_flight_.end());
    target = static_cast<uint64_t>(least - in_flight_.begin());
  }
  ++in_flight_[target];
  return static_cast<uint32_t>(target);
}

void TargetChooser::End(uint32_t target) {
  assert(in_flight_[target] > 0);
  --in_flight_[target];
}

}  // namespace specctl::agent
