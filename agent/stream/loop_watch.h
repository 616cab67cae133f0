// LoopWatch: when the reactor's thread stood ready, waiting in poll.
#pragma once

#include <array>
#include <cstddef>

#include <boost/asio/io_context.hpp>

#include "common/base/clock.h"

namespace specctl::agent {

// What arrives while the reactor waits in poll is read at once, so of an arrival's interval only
// the rest is this process's doing.  A process that is stopped while it waits does not stand ready:
// a timer that fires late tells, and its wait counts up to that timer alone.
//
// Knows the last 64 waits.  Not thread-safe.
class LoopWatch {
 public:
  // A timer to watch the loop by, and how late it may be without meaning anything.
  static constexpr Nanos kTickInterval = std::chrono::milliseconds(10);
  static constexpr Nanos kTickLateMin = std::chrono::milliseconds(1);

  void BeginWait(MonoTime now);
  void EndWait(MonoTime now);
  // The timer's next time, and that it fired, which returns how late it was.
  void SetTick(MonoTime due) { tick_due_ = due; }
  Nanos OnTick(MonoTime now);

  // How much of (from, to] was spent waiting in poll, as far as is known at `now`.
  Nanos AwaitedWithin(MonoTime from, MonoTime to, MonoTime now) const;

 private:
  struct Wait {
    MonoTime begin{}, end{};
  };
  static constexpr size_t kWaits = 64;

  std::array<Wait, kWaits> waits_{};
  size_t last_ = 0;
  bool waiting_ = false;  // the last one has not ended
  MonoTime tick_due_ = MonoTime::max();
  MonoTime late_since_ = MonoTime::max();  // within the last wait: from then on it was no wait
};

// Runs `io` until it has no more work, and tells `watch` when it waits.
void RunReactor(boost::asio::io_context& io, LoopWatch& watch);

}  // namespace specctl::agent
