// SimulatedThread: takes what is posted to it in order, when it gets to run.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "tests/simulation/event_queue.h"
#include "tests/simulation/seeded_random.h"

namespace specctl::simulation {

class SimulatedThread {
 public:
  using Action = EventQueue::Action;

  // `before` and `after` are called around the items of a turn; may be empty.
  SimulatedThread(EventQueue& queue, SeededRandom random, Action before = {}, Action after = {})
      : queue_(queue), random_(random), before_(std::move(before)), after_(std::move(after)) {}
  SimulatedThread(const SimulatedThread&) = delete;

  void Post(Action item) {
    if (ended_) return;
    items_.push_back(std::move(item));
    WakeAt(queue_.now() + random_.Between(Nanos(0), kWakeMax));
  }
  // A turn then, if there is none before.
  void WakeAt(MonoTime at) {
    if (ended_) return;
    at = std::max(at, held_until_);
    if (wake_at_ && *wake_at_ <= at) return;
    wake_at_ = at;
    queue_.At(at, [this, at] { Turn(at); });
  }
  // It does nothing before then: it is stopped, or busy.
  void HoldUntil(MonoTime until) { held_until_ = std::max(held_until_, until); }
  bool is_held() const { return queue_.now() < held_until_; }
  // Nothing happens on it any more.
  void End() {
    ended_ = true;
    items_.clear();
  }
  // Carries out what waits, now.
  void CatchUp() {
    while (!items_.empty() && !ended_) {
      const Action item = std::move(items_.front());
      items_.pop_front();
      item();
    }
  }

 private:
  static constexpr Nanos kWakeMax = std::chrono::microseconds(200);

  void Turn(MonoTime at) {
    if (ended_ || wake_at_ != at) return;
    wake_at_.reset();
    if (is_held()) return WakeAt(held_until_);
    if (before_) before_();
    while (!items_.empty() && !is_held() && !ended_) {
      const Action item = std::move(items_.front());
      items_.pop_front();
      item();
    }
    if (!is_held() && !ended_ && after_) after_();
    if (!items_.empty() || is_held()) WakeAt(std::max(queue_.now(), held_until_));
  }

  EventQueue& queue_;
  SeededRandom random_;
  const Action before_, after_;
  std::deque<Action> items_;
  MonoTime held_until_{};
  std::optional<MonoTime> wake_at_;
  bool ended_ = false;
};

}  // namespace specctl::simulation
