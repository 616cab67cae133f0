#include "common/analysis/window_table.h"

#include <algorithm>
#include <cassert>

namespace specctl {

size_t WindowTable::IndexOf(int64_t time_ns) {
  return static_cast<size_t>(std::max<int64_t>(time_ns, 0) / kSecondNs);
}

Window& WindowTable::At(int64_t time_ns) {
  const size_t index = IndexOf(time_ns);
  assert(index <= kRunSecondsMax);
  if (index >= windows_.size()) windows_.resize(index + 1);
  return windows_[index];
}

WindowTable::Sketches* WindowTable::SketchesAt(int64_t time_ns) {
  const size_t index = IndexOf(time_ns);
  if (index < closed_) return nullptr;
  if (index - closed_ >= open_.size()) open_.resize(index - closed_ + 1);
  return &open_[index - closed_];
}

void WindowTable::AddStepLatency(int64_t arrival_ns, int64_t gap_ns) {
  if (Sketches* sketches = SketchesAt(arrival_ns)) sketches->step.AddValue(Nanos(gap_ns));
}

void WindowTable::AddTtft(int64_t arrival_ns, int64_t ttft_ns) {
  if (Sketches* sketches = SketchesAt(arrival_ns)) sketches->ttft.AddValue(Nanos(ttft_ns));
}

void WindowTable::AddItl(int64_t end_ns, int64_t itl_ns) {
  if (Sketches* sketches = SketchesAt(end_ns)) sketches->itl.AddValue(Nanos(itl_ns));
}

void WindowTable::AddLateness(int64_t begin_ns, int64_t late_ns) {
  if (Sketches* sketches = SketchesAt(begin_ns)) sketches->lateness.AddValue(Nanos(late_ns));
}

void WindowTable::AddEdge(SlotTime Window::*state, int64_t time_ns, int change) {
  const size_t index = IndexOf(time_ns);
  if (index + 1 >= windows_.size()) windows_.resize(index + 2);
  // In it for the rest of this window, and throughout from the next one on.
  const int64_t rest_ns =
      (static_cast<int64_t>(index) + 1) * kSecondNs - std::max<int64_t>(time_ns, 0);
  (windows_[index].*state).partial_ns += change * rest_ns;
  (windows_[index + 1].*state).delta += change;
}

// No edge can come to it any more.
double WindowTable::InFlightMeanOfFirst() {
  int64_t partial_ns = 0;
  if (closed_ < windows_.size()) {
    in_flight_throughout_ += windows_[closed_].in_flight.delta;
    partial_ns = windows_[closed_].in_flight.partial_ns;
  }
  return static_cast<double>(in_flight_throughout_ * kSecondNs + partial_ns) /
         static_cast<double>(kSecondNs);
}

void WindowTable::CloseFirst() {
  // Nothing arrived in it.
  if (open_.empty()) open_.emplace_back();
  Sketches& first = open_.front();
  if (closed_ < windows_.size() && first.step.count() > 0) {
    windows_[closed_].step_p50_ns = first.step.Quantile(0.5)->count();
    windows_[closed_].step_p99_ns = first.step.Quantile(0.99)->count();
  }
  if (closed_ < windows_.size() && first.ttft.count() > 0) {
    windows_[closed_].ttft_p50_ns = first.ttft.Quantile(0.5)->count();
  }
  recent_.push_back({.values = std::move(first), .in_flight_mean = InFlightMeanOfFirst()});
  open_.pop_front();
  if (recent_.size() > kRecentWindows) recent_.pop_front();
  ++closed_;
}

void WindowTable::CloseBefore(int64_t time_ns) {
  const size_t end = std::min(IndexOf(time_ns), static_cast<size_t>(kRunSecondsMax));
  while (closed_ < end) CloseFirst();
}

WindowTable::Recent WindowTable::MergeRecent() const {
  Recent merged{.values = {}, .windows = recent_.size()};
  for (const ClosedWindow& window : recent_) {
    merged.values.step.Merge(window.values.step);
    merged.values.ttft.Merge(window.values.ttft);
    merged.values.itl.Merge(window.values.itl);
    merged.values.lateness.Merge(window.values.lateness);
    merged.in_flight_mean += window.in_flight_mean / static_cast<double>(recent_.size());
  }
  return merged;
}

std::vector<double> WindowTable::MeanSlots(SlotTime Window::*state) const {
  std::vector<double> means;
  means.reserve(windows_.size());
  int64_t throughout = 0;
  for (const Window& window : windows_) {
    // Slots in the state from the window's begin to its end; the others are in its part.
    throughout += (window.*state).delta;
    const int64_t total_ns = throughout * kSecondNs + (window.*state).partial_ns;
    means.push_back(static_cast<double>(total_ns) / static_cast<double>(kSecondNs));
  }
  return means;
}

}  // namespace specctl
