// Wakeup: how what happens on a socket resumes the coroutine that waits for it.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>

#include "common/base/clock.h"
#include "common/base/task.h"

namespace specctl::agent {

// One coroutine waits, at most; everything else of the reactor may notify it.  A wait costs one
// timer, which is its time limit too, so there is none per chunk.  Not thread-safe.
class Wakeup {
 public:
  enum class Reason { kNotified, kDue, kInterrupted };

  explicit Wakeup(Executor executor) : timer_(executor) {}

  // Ends the present wait, or else the next one at once.  Waiters check what they wait for again:
  // a notification may be older than it.
  void Notify();
  // Ends the present wait and every later one.
  void Interrupt();
  bool interrupted() const { return interrupted_; }
  // Returns at a notification, at `due`, or when interrupted; cancelling the waiting task
  // interrupts.
  Task<Reason> WaitUntil(MonoTime due);

 private:
  using Timer = boost::asio::basic_waitable_timer<
      std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  Timer timer_;
  bool notified_ = false;
  bool interrupted_ = false;
};

}  // namespace specctl::agent
