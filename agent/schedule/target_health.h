// TargetHealth: whether a target is worth a next request, by how its last ones ended.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace specctl::agent {

// What the end of a request tells of its target.
enum class TargetSign {
  kServes,       // it answered
  kNothing,      // it was the request's fault, or ours
  kFails,        // an error, a time-out, an end before its time
  kUnreachable,  // no connection, or none that lasted to the first byte of a response
};

// A target is shunned after a failure to reach it, and after kFailuresMin other failures in a row:
// for kFirst, twice as long after each further failure, at most kMost.  Then it is tried with one
// conversation at a time, until it serves one.  Times never decrease.  Pure.
class TargetHealth {
 public:
  static constexpr Nanos kFirst = std::chrono::milliseconds(100);
  static constexpr Nanos kMost = std::chrono::seconds(10);
  static constexpr uint32_t kFailuresMin = 3;

  // Whether a conversation may begin at `now`; `tries`: of those in flight that began while it was
  // shunned.
  bool IsWorthATry(MonoTime now, uint64_t tries) const {
    return !shunned() || (now >= retry_at_ && tries == 0);
  }
  bool shunned() const { return shunned_ > 0; }
  MonoTime retry_at() const { return retry_at_; }  // of one that is shunned

  // `is_try`: of a conversation that began while it was shunned.  What was in flight before fails
  // together, and says nothing new.
  void OnEnd(TargetSign sign, bool is_try, MonoTime now);

 private:
  uint32_t failures_ = 0;  // in a row
  uint32_t shunned_ = 0;   // times in a row
  MonoTime retry_at_{};
};

}  // namespace specctl::agent
