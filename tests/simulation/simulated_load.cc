#include "tests/simulation/simulated_load.h"

#include <algorithm>
#include <utility>

#include "agent/stream/ending.h"
#include "common/base/hash.h"
#include "tests/simulation/seeded_random.h"

namespace specctl::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kBatchInterval = milliseconds(200);
constexpr Nanos kHealthInterval = seconds(1);
constexpr Nanos kBackOff = milliseconds(100);

}  // namespace

SimulatedLoad::SimulatedLoad(const LoadJob& job, MonoTime t0, Options options)
    : job_(job),
      options_(std::move(options)),
      t0_(t0),
      clock_(t0, job_.spec.load),
      feed_(job_.slice, clock_.Limit()),
      recorder_({.agent = job_.slice.agent,
                 .incarnation = options_.incarnation,
                 .run_hash = RunHash(job_.spec.run_id)},
                t0),
      limit_(clock_.Limit()),
      batch_due_(t0 + kBatchInterval),
      health_due_(t0 + kHealthInterval),
      health_from_(t0) {
  for (uint32_t i = 0; i < job_.slice.slots; ++i) {
    Slot& slot = slots_.emplace_back();
    slot.global = uint64_t{i} * job_.slice.agents + job_.slice.agent;
    slot.due = slot.free_at = clock_.SlotBegin(slot.global);
  }
}

MonoTime SimulatedLoad::due() const {
  if (finished_) return MonoTime::max();
  MonoTime due = cut_now_ ? MonoTime::min() : batch_due_;
  bool all_idle = true;
  for (const Slot& slot : slots_) {
    if (slot.idle) continue;
    all_idle = false;
    due = std::min(due, slot.due);
  }
  if (all_idle) return MonoTime::min();
  return std::min({due, limit_.value_or(due), cancel_at_.value_or(due)});
}

void SimulatedLoad::OnTime(MonoTime now) {
  while (!finished_ && due() <= now) {
    PassLimits(now);
    for (Slot& slot : slots_) {
      if (!slot.idle && slot.due <= now) Step(slot, now);
    }
    if (std::exchange(cut_now_, false) || batch_due_ <= now) {
      Cut(now);
      while (batch_due_ <= now) batch_due_ += kBatchInterval;
    }
    const bool all_idle =
        std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.idle; });
    if (!all_idle) continue;
    if (now > t0_) TakeHealth(now);
    recorder_.SetUnassigned(feed_.TakeStock());
    Cut(now);
    finished_ = true;
  }
}

void SimulatedLoad::PassLimits(MonoTime now) {
  if (limit_ && now >= *limit_) {
    OnIdle(*limit_);
    const MonoTime grace_end = *limit_ + job_.spec.load.grace;
    cancel_at_ = std::min(cancel_at_.value_or(MonoTime::max()), grace_end);
    limit_.reset();
    for (Slot& slot : slots_) {
      if (slot.log == nullptr && !slot.idle) slot.due = std::min(slot.due, now);
    }
  }
  if (!cancel_at_ || now < *cancel_at_) return;
  cancel_at_.reset();
  for (Slot& slot : slots_) {
    if (slot.log != nullptr) End(slot, Outcome::kCancelled, now);
    if (!slot.idle) GoIdle(slot, now);
  }
}

void SimulatedLoad::Drain(UnassignedReason reason, Nanos grace, MonoTime now) {
  if (!drained_ && !cancel_at_) stop_reason_ = reason;
  drained_ = true;
  cancel_at_ = std::min(cancel_at_.value_or(MonoTime::max()), now + grace);
  feed_.Stop(stop_reason_);
  OnIdle(now);
  for (Slot& slot : slots_) {
    if (slot.log == nullptr && !slot.idle) slot.due = std::min(slot.due, now);
  }
}

// --- a slot -------------------------------------------------------------------------------------

// A request of it ends, or the next may begin.
void SimulatedLoad::Step(Slot& slot, MonoTime now) {
  if (slot.log != nullptr) {
    End(slot, slot.will_fail ? Outcome::kFailed : Outcome::kOk, now);
    if (slot.will_fail) {
      feed_.AbandonAfterFailure(slot.assignment->turns - slot.turn - 1);
      slot.assignment.reset();
      slot.free_at = slot.due = now + kBackOff;
      return;
    }
    slot.free_at = now;
    if (++slot.turn == slot.assignment->turns) slot.assignment.reset();
  }
  if (slot.assignment && !feed_.MayBegin(now)) {
    feed_.AbandonAtStop(slot.assignment->turns - slot.turn);
    slot.assignment.reset();
  }
  if (!slot.assignment) {
    slot.assignment = feed_.Next(now);
    slot.turn = 0;
  }
  slot.assignment ? Begin(slot, now) : GoIdle(slot, now);
}

void SimulatedLoad::Begin(Slot& slot, MonoTime now) {
  SeededRandom random(options_.seed, Stream::kLoad,
                      Fnv1a(job_.spec.run_id) ^ slot.assignment->position << 8 ^ slot.turn);
  slot.begin = now;
  slot.log =
      &recorder_.BeginRequest({.position = slot.assignment->position,
                               .turn = slot.turn,
                               .slot = static_cast<uint32_t>(slot.global / job_.slice.agents),
                               .target = 0,
                               .due_mono_ns = MonoNs(std::min(slot.free_at, now)),
                               .begin_mono_ns = MonoNs(now)});
  const Nanos length = random.Skewed(milliseconds(20), seconds(2));
  slot.due = now + length;
  slot.will_fail = random.Chance(options_.failing_share);
  slot.chunks = 0;
  const uint64_t chunks = 1 + random.Below(12);
  for (uint64_t i = 1; i <= chunks; ++i) {
    const MonoTime arrival = now + length * static_cast<int64_t>(i) / static_cast<int64_t>(chunks);
    slot.coming.push_back({.arrival_us = MonoNs(arrival) / 1000,
                           .tokens = 1 + static_cast<uint32_t>(random.Below(4))});
  }
  if (!std::exchange(slot.begun_any, true) && ++slots_begun_ == slots_.size()) {
    recorder_.SetSlotsFilled(now);
  }
  if (recorder_.unreported_begun() > slots_.size()) cut_now_ = true;
}

void SimulatedLoad::AppendArrived(Slot& slot, MonoTime now) {
  while (!slot.coming.empty() && slot.coming.front().arrival_us * 1000 <= MonoNs(now)) {
    recorder_.AppendChunk(*slot.log, slot.coming.front());
    slot.coming.pop_front();
    ++slot.chunks;
  }
}

void SimulatedLoad::End(Slot& slot, Outcome outcome, MonoTime now) {
  AppendArrived(slot, now);
  slot.coming.clear();
  RequestFinished finished;
  finished.outcome = outcome;
  finished.http_status = 200;
  finished.start_mono_ns = finished.sent_mono_ns = MonoNs(slot.begin);
  finished.end_mono_ns = MonoNs(now);
  finished.token_source = TokenSource::kTokenIds;
  finished.chunks = slot.chunks;
  if (outcome == Outcome::kOk) finished.finish_reason = "stop";
  if (outcome == Outcome::kFailed) {
    finished.failure = FailureKind::kTruncated;
    finished.error = "http://simulated: it broke off";
  }
  if (outcome == Outcome::kCancelled) {
    finished.failure = InterruptionKind();
    finished.error = "http://simulated: cancelled";
    feed_.AbandonAfterFailure(slot.assignment->turns - slot.turn - 1);
    slot.assignment.reset();
  }
  recorder_.FinishRequest(*slot.log, std::move(finished));
  slot.log = nullptr;
}

void SimulatedLoad::GoIdle(Slot& slot, MonoTime now) {
  slot.idle = true;
  OnIdle(now);
}

void SimulatedLoad::OnIdle(MonoTime at) {
  if (std::exchange(any_idle_, true)) return;
  recorder_.SetFirstIdle(std::min(at, clock_.Limit().value_or(at)));
}

FailureKind SimulatedLoad::InterruptionKind() const { return agent::InterruptionBy(stop_reason_); }

// --- batches ------------------------------------------------------------------------------------

void SimulatedLoad::TakeHealth(MonoTime now) {
  if (now <= health_from_) return;
  recorder_.SetHealth({.from_mono_ns = MonoNs(health_from_),
                       .at_mono_ns = MonoNs(now),
                       .in_flight = recorder_.in_flight(),
                       .reads = 1});
  health_from_ = now;
  while (health_due_ <= now) health_due_ += kHealthInterval;
}

void SimulatedLoad::Cut(MonoTime now) {
  for (Slot& slot : slots_) {
    if (slot.log != nullptr) AppendArrived(slot, now);
  }
  if (now >= health_due_) TakeHealth(now);
  options_.on_batch(recorder_.Cut(now, options_.real_minus_mono));
}

}  // namespace specctl::simulation
