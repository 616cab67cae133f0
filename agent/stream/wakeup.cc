#include "agent/stream/wakeup.h"

namespace specctl::agent {

void Wakeup::Notify() {
  notified_ = true;
  timer_.cancel();
}

void Wakeup::Interrupt() {
  interrupted_ = true;
  timer_.cancel();
}

Task<Wakeup::Reason> Wakeup::WaitUntil(MonoTime due) {
  if (!interrupted_ && !notified_) {
    timer_.expires_at(due);
    const auto [error] = co_await timer_.async_wait(kTuple);
    // Neither of the two above cancelled the timer: the task group did.
    if (error && !notified_) interrupted_ = true;
    if (!error && !notified_ && !interrupted_) co_return Reason::kDue;
  }
  notified_ = false;
  co_return interrupted_ ? Reason::kInterrupted : Reason::kNotified;
}

}  // namespace specctl::agent
