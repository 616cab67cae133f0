// Order and pace of connection attempts to the addresses of one name (Happy Eyeballs, RFC 8305).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "common/base/clock.h"

namespace specctl {

// Numbers of the addresses in the order in which they are to be tried: families take turns, the
// family of the first address begins, and within a family the resolver's order stays (section 4).
// `is_v6[i]`: whether address i is an IPv6 one (std::vector<bool> has no span).
std::vector<size_t> InterleaveFamilies(std::span<const char> is_v6);

// When the next of `count` attempts is to begin: the first at once, each other one 250 ms after the
// one before, or at once where one has failed (section 5).  Pure; the caller tells the time.
class AttemptPace {
 public:
  static constexpr Nanos kAttemptDelay = std::chrono::milliseconds(250);

  explicit AttemptPace(size_t count) : count_(count) {}

  // MonoTime::max() where all have begun.
  MonoTime next_due() const { return begun_ < count_ ? next_due_ : MonoTime::max(); }
  // The attempt that begins now, in [0, count).  Needs next_due() <= now (asserted).
  size_t BeginAttempt(MonoTime now);
  void OnFailure() {
    ++failed_;
    next_due_ = MonoTime::min();
  }
  // One that made room for others: no reason to hurry.
  void OnGivenUp() { ++failed_; }
  bool all_failed() const { return failed_ == count_; }

 private:
  const size_t count_;
  size_t begun_ = 0, failed_ = 0;
  MonoTime next_due_ = MonoTime::min();
};

}  // namespace specctl
