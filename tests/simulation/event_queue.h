// EventQueue: the one order in which everything of a simulation happens.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/hash.h"

namespace specctl::simulation {

// Time is simulated: it jumps from event to event, and stands still while one is carried out.
// Events of one time happen in the order in which they were asked for.
class EventQueue {
 public:
  using Action = std::function<void()>;

  explicit EventQueue(MonoTime start) : now_(start) {}

  MonoTime now() const { return now_; }
  // Not before now.
  void At(MonoTime at, Action action) {
    heap_.push_back({std::max(at, now_), asked_++, std::move(action)});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }
  void After(Nanos delay, Action action) { At(now_ + delay, std::move(action)); }

  // Until nothing is left to happen: true; false: something still does at `end`.
  bool RunUntil(MonoTime end) {
    while (!heap_.empty()) {
      if (heap_.front().at > end) return false;
      std::pop_heap(heap_.begin(), heap_.end(), Later{});
      Event event = std::move(heap_.back());
      heap_.pop_back();
      now_ = event.at;
      ++carried_out_;
      trace_ = SplitMix64(trace_ ^ static_cast<uint64_t>(MonoNs(event.at)) ^ event.asked << 32);
      event.action();
    }
    return true;
  }

  uint64_t carried_out() const { return carried_out_; }
  // Of the times and the order of all that has happened.
  uint64_t trace_hash() const { return trace_; }

 private:
  struct Event {
    MonoTime at;
    uint64_t asked = 0;
    Action action;
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at != b.at ? a.at > b.at : a.asked > b.asked;
    }
  };

  MonoTime now_;
  uint64_t asked_ = 0, carried_out_ = 0, trace_ = 0;
  std::vector<Event> heap_;
};

}  // namespace specctl::simulation
