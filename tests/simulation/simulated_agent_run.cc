#include "tests/simulation/simulated_agent_run.h"

#include <utility>

#include "tests/simulation/batch_form.h"

namespace specctl::simulation {
namespace {

using agent::UnassignedBy;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// Batches count chunks in whole microseconds of the agent's clock: at a T0 that is one, they are
// the same whenever the run begins.
MonoTime WholeMicrosecond(MonoTime time) {
  return MonoTime(std::chrono::floor<microseconds>(time.time_since_epoch()));
}

}  // namespace

SimulatedAgentRun::SimulatedAgentRun(World& world, SimulatedThread& thread,
                                     const SimulatedClock& clock, uint64_t incarnation,
                                     agent::AgentRun::Replies replies)
    : world_(world),
      thread_(thread),
      clock_(clock),
      incarnation_(incarnation),
      replies_(std::move(replies)),
      random_(world.scenario.seed, Stream::kAgent, incarnation) {}

// --- orders -------------------------------------------------------------------------------------

void SimulatedAgentRun::OnJob(LoadJob job) {
  next_ = std::move(job);
  Advance();
}

void SimulatedAgentRun::OnArm(ArmAgent order) {
  if (!job_ || job_->spec.run_id != order.run_id) return;
  arm_ = std::move(order);
  Advance();
}

void SimulatedAgentRun::OnDrain(const DrainAgent& order) {
  if (!job_ || job_->spec.run_id != order.run_id) return;
  drain_ = order;
  StopLoad(UnassignedBy(order.reason), order.grace);
  Advance();
}

void SimulatedAgentRun::OnRelease(const std::string& run_id) {
  if (next_ && next_->spec.run_id == run_id) next_.reset();
  if (!job_ || job_->spec.run_id != run_id) return;
  released_ = true;
  StopLoad(UnassignedReason::kAgentLost, Nanos(0));
  Advance();
}

void SimulatedAgentRun::OnStop(Nanos grace) {
  stopped_ = true;
  if (!job_) return Advance();
  cut_short_ = !drain_;  // else the run ends anyway
  OnDrain({.run_id = job_->spec.run_id, .reason = DrainReason::kInterrupted, .grace = grace});
}

void SimulatedAgentRun::OnEnd() {
  ended_ = true;
  StopLoad(UnassignedReason::kAgentLost, Nanos(0));
  Advance();
}

void SimulatedAgentRun::StopLoad(UnassignedReason reason, Nanos grace) {
  if (!load_) return;
  load_->Drain(reason, grace, Now());
  ArrangeLoad();
}

// --- what follows -------------------------------------------------------------------------------

void SimulatedAgentRun::Advance() {
  if (at_ == At::kNothing && next_ && !ended_ && !stopped_) BeginPreparing();
  const bool may_begin = arm_ || drain_ || IsOver();
  if (at_ == At::kPrepared && may_begin) BeginLoad();
  if (at_ == At::kOver && IsOver()) Forget();
  const bool exits = at_ == At::kNothing && (ended_ || stopped_);
  if (exits && !std::exchange(exited_, true)) on_exit();
}

void SimulatedAgentRun::BeginPreparing() {
  job_ = std::move(next_);
  next_.reset();
  at_ = At::kPreparing;
  world_.queue.After(random_.Skewed(microseconds(100), milliseconds(200)), [this] {
    thread_.Post([this] {
      replies_.prepared(job_->spec.run_id, "");
      at_ = At::kPrepared;
      Advance();
    });
  });
}

void SimulatedAgentRun::BeginLoad() {
  at_ = At::kOver;
  if (IsOver()) return;
  MonoTime begin = Now();
  if (arm_ && !drain_) {
    const MonoTime now = Now();
    const UnixTime real(now.time_since_epoch() + clock_.RealMinusMono());
    const auto resolved =
        agent::ResolveBegin(*arm_, {.mono = now, .real = real, .uncertainty = Nanos(0)});
    replies_.armed(job_->spec.run_id, resolved.late);
    begin = resolved.at;
  }
  begin = WholeMicrosecond(begin);
  MadeBatches& made = world_.RunNamed(job_->spec.run_id)->made[incarnation_];
  made = {.agent = job_->slice.agent, .begin = begin, .batches = {}};
  at_ = At::kLoad;
  load_.emplace(*job_, begin,
                SimulatedLoad::Options{
                    .seed = world_.scenario.seed,
                    .incarnation = incarnation_,
                    .failing_share = world_.RunNamed(job_->spec.run_id)->plan.failing_share,
                    .real_minus_mono = clock_.RealMinusMono(),
                    .on_batch = [this, &made, begin](AgentBatch batch) {
                      made.batches.push_back(ComparableBytes(batch, begin));
                      replies_.batch(std::move(batch));
                    }});
  if (drain_) load_->Drain(UnassignedBy(drain_->reason), drain_->grace, Now());
  ArrangeLoad();
}

void SimulatedAgentRun::ArrangeLoad() {
  const MonoTime due = load_->due();
  const MonoTime at = due == MonoTime::min() ? world_.queue.now() : clock_.WhenShows(due);
  world_.queue.At(at, [this, due, id = job_->spec.run_id] {
    thread_.Post([this, due, id] {
      if (load_ && job_->spec.run_id == id) OnLoadDue(due);
    });
  });
}

// A thread that runs in time acts as if it were in no time at all, so that what a load does depends
// on no one else's work.
void SimulatedAgentRun::OnLoadDue(MonoTime due) {
  if (load_->due() != due) return;  // a drain came between
  const MonoTime now = Now();
  const bool in_time = due != MonoTime::min() && now - due < milliseconds(1);
  load_->OnTime(in_time ? due : now);
  if (!load_->finished()) return ArrangeLoad();
  load_.reset();
  at_ = At::kOver;
  FinishLoad();
  Advance();
}

void SimulatedAgentRun::FinishLoad() {
  if (!IsOver()) replies_.done(job_->spec.run_id, cut_short_);
}

void SimulatedAgentRun::Forget() {
  job_.reset();
  arm_.reset();
  drain_.reset();
  released_ = cut_short_ = false;
  at_ = At::kNothing;
  Advance();
}

}  // namespace specctl::simulation
