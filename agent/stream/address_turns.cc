#include "agent/stream/address_turns.h"

namespace specctl::agent {

size_t AddressTurns::TakeNext(MonoTime now) {
  const size_t count = passed_over_until_.size();
  size_t taken = next_;
  for (size_t i = 0; i < count; ++i) {
    const size_t candidate = (next_ + i) % count;
    if (now < passed_over_until_[candidate]) continue;
    taken = candidate;
    break;
  }
  next_ = (taken + 1) % count;
  return taken;
}

}  // namespace specctl::agent
