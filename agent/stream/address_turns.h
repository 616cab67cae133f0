// AddressTurns: which of a target's addresses the next connection goes to (--resolve all).
#pragma once

#include <cstddef>
#include <vector>

#include "common/base/clock.h"

namespace specctl::agent {

// Each in turn.  One that could not be connected to is passed over for kPassedOverFor, as long as
// there is another.  Not thread-safe.
class AddressTurns {
 public:
  static constexpr Nanos kPassedOverFor = std::chrono::seconds(10);

  // `addresses`: at least one.  `first`: whose turn it is, modulo that; agents begin at different
  // ones.
  AddressTurns(size_t addresses, size_t first)
      : next_(first % addresses), passed_over_until_(addresses) {}

  // An index; the turn goes on to the one after it.
  size_t TakeNext(MonoTime now);
  void OnFailed(size_t address, MonoTime now) {
    passed_over_until_[address] = now + kPassedOverFor;
  }

 private:
  size_t next_;
  std::vector<MonoTime> passed_over_until_;
};

}  // namespace specctl::agent
