#include "agent/stream/load_generator.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/engine/engine_profile.h"
#include "common/net/tls_context.h"
#include "common/net/url.h"
#include "common/workload/null_target.h"

namespace specctl::agent {
namespace {

constexpr Nanos kHealthInterval = std::chrono::seconds(1);

// nullptr where no target is https: reading the system's authorities takes 20 ms of CPU, and T0
// waits for the slowest agent to be prepared.
absl::StatusOr<std::shared_ptr<SSL_CTX>> TlsContextFor(const LoadJob& job) {
  const bool needed = std::any_of(job.targets.begin(), job.targets.end(), [](const auto& target) {
    const auto url = ParseTargetUrl(target.url);
    return url.ok() && url->https;
  });
  if (!needed) return nullptr;
  return MakeClientTlsContext(job.spec.tls);
}

}  // namespace

LoadGenerator::LoadGenerator(boost::asio::io_context& io, LoopWatch& loop, LoadJob job,
                             Options options)
    : io_(io),
      loop_(loop),
      job_(std::move(job)),
      options_(std::move(options)),
      begin_wakeup_(io.get_executor()),
      limit_wakeup_(io.get_executor()),
      batch_wakeup_(io.get_executor()),
      tick_wakeup_(io.get_executor()),
      slot_tasks_(io.get_executor()),
      service_tasks_(io.get_executor()) {}

LoadGenerator::~LoadGenerator() = default;

Task<absl::Status> LoadGenerator::Prepare() {
  if (absl::Status status = CheckFiles(); !status.ok()) co_return status;
  read_set_.emplace(
      io_.get_executor(), ReadSet::Reactor{health_, loop_},
      ReadSet::Options{.drain = options_.drain, .kernel_stamps = !job_.spec.user_stamps});
  if (absl::Status status = read_set_->Open(); !status.ok()) co_return status;
  const absl::Status started = co_await StartNullServers();
  if (!started.ok()) co_return started;
  auto tls = TlsContextFor(job_);
  if (!tls.ok()) co_return tls.status();
  auto composer = RequestComposer::Create(job_);
  if (!composer.ok()) co_return composer.status();
  composer_ = *std::move(composer);
  for (uint32_t i = 0; i < job_.targets.size(); ++i) {
    auto resolved = co_await ResolveTarget(job_.targets[i].url, *tls);
    if (!resolved.ok()) co_return resolved.status();
    resolved->closes_after_stream = composer_->ClosesAfterStream(i);
    if (job_.spec.resolve_all) SpreadOverAddresses(job_.slice.agent, *resolved);
    targets_.push_back(*std::move(resolved));
  }
  co_return CheckRows();
}

Task<absl::Status> LoadGenerator::StartNullServers() {
  for (TargetJob& target : job_.targets) {
    if (!IsNullTarget(target.url)) continue;
    const auto pace = NullTargetPace(target.url);
    if (!pace.ok()) co_return pace.status();
    null_servers_.push_back(std::make_unique<NullServer>(io_.get_executor(), *pace));
    auto url = co_await null_servers_.back()->Start();
    if (!url.ok()) co_return url.status();
    target.url = *std::move(url);
  }
  co_return absl::OkStatus();
}

Task<void> LoadGenerator::EndNullServers() {
  NullServerReport sum;
  bool all_told = !null_servers_.empty();
  for (const auto& server : null_servers_) {
    const auto report = co_await server->End();
    all_told = all_told && report.has_value();
    const NullServerReport told = report.value_or(NullServerReport());
    sum.chunks += told.chunks;
    sum.lateness_p99_ns = std::max(sum.lateness_p99_ns, told.lateness_p99_ns);
    sum.blocked += told.blocked;
  }
  if (all_told) recorder_->SetNullServer(sum);
}

absl::Status LoadGenerator::CheckFiles() const {
  const uint64_t needed = job_.slice.slots + kAgentFiles;
  if (needed <= options_.files_max) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrFormat("--bs: agent %d needs %d open files for %d slots, but the limit is %d: raise "
                      "it where the agent is started (ulimit -n %d), or use more --agents",
                      job_.slice.agent, needed, job_.slice.slots, options_.files_max, needed));
}

// Rows with fields of their own are the only ones that can fail.
absl::Status LoadGenerator::CheckRows() const {
  for (const Slice::Entry& entry : job_.slice.entries) {
    const WorkloadItem& row = entry.item;
    for (uint32_t turn = 0; turn < row.turns.size(); ++turn) {
      const auto& messages = row.turns[turn];
      const bool plain = std::all_of(messages.begin(), messages.end(), [](const Message& m) {
        return m.raw_json.empty() && m.token_ids.empty();
      });
      if (row.extra_json.empty() && plain) continue;
      RequestComposer::Request request;
      request.item = &row;
      request.turn = turn;
      request.messages = messages;
      const auto composed = composer_->Compose(request);
      if (!composed.ok()) {
        return absl::InvalidArgumentError(
            absl::StrFormat("row %d of the dataset, question %s, turn %d: %s", row.line,
                            row.question_id, turn, std::string(composed.status().message())));
      }
    }
  }
  return absl::OkStatus();
}

void LoadGenerator::MakeSlot() {
  const auto slot = static_cast<uint32_t>(slots_.size());
  const auto* const open = std::get_if<OpenLoop>(&job_.spec.load.shape);
  const SlotRunner::Shared shared{
      *feed_,
      *chooser_,
      targets_,
      *composer_,
      *recorder_,
      *this,
      job_.spec.save_text,
      open == nullptr ? Nanos(0) : open->think_time,
      job_.spec.request.keep_reasoning ? ReplyHistory::kAnswerAndReasoning : ReplyHistory::kAnswer};
  const Exchange::Shared exchange{*read_set_, health_, job_.spec.timeouts, job_.spec.save_text,
                                  options_.idle_max};
  const ResponseIntake::Shared intake{decoder_, *recorder_, health_, job_.spec.slice_by_header};
  const SlotRunner::Numbers numbers{slot, uint64_t{slot} * job_.slice.agents + job_.slice.agent};
  slots_.push_back(
      std::make_unique<SlotRunner>(io_.get_executor(), numbers, shared, exchange, intake));
}

Task<void> LoadGenerator::Run(MonoTime begin, Nanos late) {
  const auto* const open = std::get_if<OpenLoop>(&job_.spec.load.shape);
  const MonoTime t0 = open == nullptr ? begin : begin - late;
  clock_.emplace(t0, job_.spec.load);
  limit_ = clock_->Limit();
  feed_.emplace(job_.slice, limit_);
  if (drained_) feed_->Stop(stop_reason_);
  chooser_.emplace(job_.spec.url_policy, static_cast<uint32_t>(targets_.size()));
  health_due_ = t0 + kHealthInterval;
  recorder_.emplace(
      BatchRecorder::Identity{job_.slice.agent, options_.incarnation, RunHash(job_.spec.run_id)},
      t0);
  health_.TakeHealth(std::max(t0, MonoNow()), 0);  // preparing is none of the run's
  service_tasks_.Spawn(read_set_->Run());
  service_tasks_.Spawn(WatchLoop());
  service_tasks_.Spawn(SendBatches());
  service_tasks_.Spawn(WatchLimits());
  if (open != nullptr) {
    slot_tasks_.Spawn(BeginArrivals(*open));
  } else {
    slot_tasks_.Spawn(BeginSlots());
  }
  // The slots end by themselves; the services serve them until then.
  co_await slot_tasks_.Join();
  service_tasks_.Cancel();
  co_await service_tasks_.Join();
  // Drained before T0, no second of the run has passed.
  if (const MonoTime now = MonoNow(); now > t0) TakeHealth(now);
  if (!null_servers_.empty()) {
    // Before they are waited for: a batch has one record of health.
    CutBatch();
    co_await EndNullServers();
  }
  recorder_->SetUnassigned(feed_->TakeStock());
  CutBatch();
  slots_.clear();
}

// One timer for all slots: each is begun when it is due.
Task<void> LoadGenerator::BeginSlots() {
  // All of them first: a drain must find each.
  while (slots_.size() < job_.slice.slots) MakeSlot();
  for (uint32_t slot = 0; slot < slots_.size(); ++slot) {
    const MonoTime due = clock_->SlotBegin(uint64_t{slot} * job_.slice.agents + job_.slice.agent);
    while (MonoNow() < due && !drained_) {
      const Wakeup::Reason reason = co_await begin_wakeup_.WaitUntil(due);
      if (reason == Wakeup::Reason::kInterrupted) co_return;
    }
    slot_tasks_.Spawn(slots_[slot]->Run(due));
  }
}

// One timer for all arrivals.  What is late is begun at once, and keeps its due time.
Task<void> LoadGenerator::BeginArrivals(OpenLoop loop) {
  const ArrivalSchedule::Share share{job_.slice.agent, job_.slice.agents};
  ArrivalSchedule schedule(clock_->t0(), loop, job_.spec.load.seed, share);
  const std::optional<MonoTime> limit = clock_->Limit();
  // The load ends at the limit, or with the last arrival where the plan ends before.
  MonoTime end = clock_->t0();
  while (!interrupted_ && feed_->HasNext()) {
    const MonoTime due = schedule.due();
    const MonoTime until = std::min(due, limit.value_or(due));
    if (MonoNow() < until) {
      // If notified, a drain may have come.
      const Wakeup::Reason reason = co_await begin_wakeup_.WaitUntil(until);
      if (reason == Wakeup::Reason::kInterrupted) co_return;
      continue;
    }
    const auto assignment = feed_->Next(due);
    if (!assignment) {
      end = limit.value_or(end);
      break;
    }
    BeginArrival(*assignment, due);
    schedule.Advance();
    end = due;
  }
  OnIdle(end);
}

void LoadGenerator::BeginArrival(const Assignment& assignment, MonoTime due) {
  if (free_slots_.empty() && slots_.size() < job_.slice.slots) {
    free_slots_.push_back(static_cast<uint32_t>(slots_.size()));
    MakeSlot();
  }
  if (free_slots_.empty()) {
    recorder_->AddShed({assignment.position, assignment.turns, MonoNs(due)});
    return;
  }
  SlotRunner& slot = *slots_[free_slots_.back()];
  free_slots_.pop_back();
  slot_tasks_.Spawn(slot.RunArrival(assignment, due));
}

void LoadGenerator::OnArrivalOver(uint32_t local_slot) { free_slots_.push_back(local_slot); }

void LoadGenerator::OnBegun(bool first) {
  if (first && ++slots_begun_ == job_.slice.slots) recorder_->SetSlotsFilled(MonoNow());
  // The controller's idea of what may have been sent must not be further off than this.
  if (recorder_->unreported_begun() > job_.slice.slots) batch_wakeup_.Notify();
}

void LoadGenerator::OnIdle(MonoTime at) {
  if (std::exchange(any_idle_, true)) return;
  // At the limit the hold ends, whoever notices it first.
  recorder_->SetFirstIdle(std::min(at, clock_->Limit().value_or(at)));
}

FailureKind LoadGenerator::InterruptionKind() const { return InterruptionBy(stop_reason_); }

void LoadGenerator::Drain(UnassignedReason reason, Nanos grace) {
  const MonoTime now = MonoNow();
  // The first cause stays: neither a second order nor one after the limit renames it.
  if (!drained_ && cancel_at_ == std::nullopt) stop_reason_ = reason;
  drained_ = true;
  // A later order may shorten the grace, not extend it.
  cancel_at_ = std::min(cancel_at_.value_or(MonoTime::max()), now + grace);
  if (!feed_) return;
  feed_->Stop(stop_reason_);
  OnIdle(now);
  begin_wakeup_.Notify();
  limit_wakeup_.Notify();
  NotifyAll();
}

Task<void> LoadGenerator::WatchLimits() {
  for (;;) {
    const MonoTime due =
        std::min(limit_.value_or(MonoTime::max()), cancel_at_.value_or(MonoTime::max()));
    const Wakeup::Reason reason = co_await limit_wakeup_.WaitUntil(due);
    if (reason == Wakeup::Reason::kInterrupted) co_return;
    const MonoTime now = MonoNow();
    if (limit_ && now >= *limit_) {
      OnIdle(*limit_);  // the hold ends here, though no slot is free yet
      const MonoTime grace_end = *limit_ + job_.spec.load.grace;
      cancel_at_ = std::min(cancel_at_.value_or(MonoTime::max()), grace_end);
      limit_.reset();
      NotifyAll();
    }
    if (cancel_at_ && now >= *cancel_at_) {
      InterruptAll();
      co_return;
    }
  }
}

void LoadGenerator::NotifyAll() {
  for (const auto& slot : slots_) slot->Notify();
}

void LoadGenerator::InterruptAll() {
  interrupted_ = true;
  begin_wakeup_.Notify();
  for (const auto& slot : slots_) slot->Interrupt();
}

Task<void> LoadGenerator::SendBatches() {
  MonoTime batch_due = std::max(clock_->t0(), MonoNow()) + options_.batch_interval;
  for (;;) {
    const Wakeup::Reason reason = co_await batch_wakeup_.WaitUntil(batch_due);
    if (reason == Wakeup::Reason::kInterrupted) co_return;
    CutBatch();
    const MonoTime now = MonoNow();
    // Missed due times are skipped.
    while (batch_due <= now) batch_due += options_.batch_interval;
  }
}

Task<void> LoadGenerator::WatchLoop() {
  MonoTime due = MonoNow() + LoopWatch::kTickInterval;
  for (;;) {
    loop_.SetTick(due);
    const Wakeup::Reason reason = co_await tick_wakeup_.WaitUntil(due);
    if (reason == Wakeup::Reason::kInterrupted) co_return;
    const MonoTime now = MonoNow();
    health_.OnLoopLag(loop_.OnTick(now));
    // The next point of the grid, or at once if that has passed too.
    due = std::max(due, now - LoopWatch::kTickInterval) + LoopWatch::kTickInterval;
  }
}

void LoadGenerator::TakeHealth(MonoTime now) {
  recorder_->SetHealth(health_.TakeHealth(now, recorder_->in_flight()));
  while (health_due_ <= now) health_due_ += kHealthInterval;
}

void LoadGenerator::CutBatch() {
  // What the kernel has by now belongs to this batch.
  read_set_->Drain();
  // A batch that goes beyond a second after T0 holds the health of that second.
  if (const MonoTime now = MonoNow(); now >= health_due_) TakeHealth(now);
  options_.on_batch(recorder_->Cut(read_set_->drained_until(), read_set_->real_minus_mono()));
}

}  // namespace specctl::agent
