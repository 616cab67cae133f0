// A queue into one thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace specctl::controller {

// Any number of threads put in, one takes out.  Thread-safe.
template <typename T>
class Inbox {
 public:
  explicit Inbox(size_t size_max) : size_max_(size_max) {}

  // For senders that are bounded by themselves: never waits, never refuses.
  void Post(T item) {
    MutexLock lock(mu_);
    items_.push_back(std::move(item));
    changed_.notify_all();
  }
  // For what may be lost: counts and drops it where `size_max` items wait.
  void PostOrDrop(T item) {
    MutexLock lock(mu_);
    if (items_.size() >= size_max_) {
      ++dropped_;
      return;
    }
    items_.push_back(std::move(item));
    changed_.notify_all();
  }
  // For senders that may wait: until fewer than `size_max` items wait, or Close.
  void PostWhenRoom(T item) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<Mutex> lock(mu_);
    changed_.wait(lock, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return closed_ || items_.size() < size_max_;
    });
    if (closed_) return;
    items_.push_back(std::move(item));
    changed_.notify_all();
  }

  // Everything that waits; waits itself for the first item until `until`.
  std::deque<T> TakeItems(MonoTime until) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<Mutex> lock(mu_);
    changed_.wait_until(lock, until,
                        [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !items_.empty(); });
    std::deque<T> taken = std::exchange(items_, {});
    changed_.notify_all();
    return taken;
  }

  // Nobody waits for room any more.
  void Close() {
    MutexLock lock(mu_);
    closed_ = true;
    changed_.notify_all();
  }
  uint64_t dropped() {
    MutexLock lock(mu_);
    return dropped_;
  }

 private:
  const size_t size_max_;
  Mutex mu_;
  std::condition_variable_any changed_;
  std::deque<T> items_ ABSL_GUARDED_BY(mu_);
  uint64_t dropped_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace specctl::controller
