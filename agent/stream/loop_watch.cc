#include "agent/stream/loop_watch.h"

#include <algorithm>

namespace specctl::agent {

void LoopWatch::BeginWait(MonoTime now) {
  last_ = (last_ + 1) % kWaits;
  waits_[last_] = {now, now};
  waiting_ = true;
  late_since_ = MonoTime::max();
}

void LoopWatch::EndWait(MonoTime now) {
  waits_[last_].end = std::max(std::min(now, late_since_), waits_[last_].begin);
  waiting_ = false;
}

Nanos LoopWatch::OnTick(MonoTime now) {
  const MonoTime due = tick_due_;
  tick_due_ = MonoTime::max();
  if (now - due <= kTickLateMin) return now - due;
  // Since then the process was not running, although its loop was waiting: that does not count as
  // waiting.
  late_since_ = due;
  if (!waiting_)
    waits_[last_].end = std::max(std::min(waits_[last_].end, due), waits_[last_].begin);
  return now - due;
}

Nanos LoopWatch::AwaitedWithin(MonoTime from, MonoTime to, MonoTime now) const {
  Nanos awaited{0};
  for (size_t back = 0; back < kWaits; ++back) {  // from the last one on, most often one or two
    const Wait& wait = waits_[(last_ + kWaits - back) % kWaits];
    const bool open = waiting_ && back == 0;
    const MonoTime end = open ? std::min({now, tick_due_, late_since_}) : wait.end;
    awaited += std::max(Nanos(0), std::min(end, to) - std::max(wait.begin, from));
    // Those before it ended before `from`.
    if (wait.begin <= from) break;
  }
  return awaited;
}

void RunReactor(boost::asio::io_context& io, LoopWatch& watch) {
  for (;;) {
    // It is a wait only once everything that was ready is done.
    while (io.poll() > 0) {
    }
    if (io.stopped()) return;
    watch.BeginWait(MonoNow());
    io.run_one();
    watch.EndWait(MonoNow());
  }
}

}  // namespace specctl::agent
