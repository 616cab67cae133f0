#include "tests/simulation/simulated_run.h"

#include <utility>
#include <variant>

#include <absl/strings/str_format.h>

#include "common/journal/journal_reader.h"

namespace specctl::simulation {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::shared_ptr<const Workload> MakeSimulatedWorkload(const RunPlan& plan) {
  auto workload = std::make_shared<Workload>();
  std::vector<RowFacts> facts;
  std::vector<uint32_t> order;
  for (const uint32_t turns : plan.turns) {
    const auto index = static_cast<uint32_t>(facts.size());
    facts.push_back({.category = "c", .tier = "t", .turns = turns});
    order.push_back(index);
    workload->rows.push_back({.order_index = index, .category = "c", .turns = turns});
    WorkloadItem item;
    item.turns.assign(turns, {Message{.role = "user", .content = "Why?"}});
    workload->items.push_back(std::move(item));
  }
  workload->limits = *ComputeLimits(plan.load, facts, order);
  return workload;
}

controller::RunMachine::Options RunOptions(const RunHistory& history) {
  const LoadSpec& load = history.spec.load;
  controller::RunMachine::Options options;
  options.run_id = history.spec.run_id;
  options.agents = load.agents;
  options.expected = ExpectationOf(load.shape);
  options.failed_share_max = load.failed_share_max;
  options.degrades_on_agent_loss = load.degrades_on_agent_loss;
  if (load.duration) options.limit = load.ramp + load.warmup + *load.duration;
  options.grace = load.grace;
  options.interrupt_grace = seconds(1);
  options.agent_timeout = history.spec.agent_timeout;
  options.join_timeout = options.prepare_timeout = seconds(60);
  options.boot_id = kControllerBootId;
  return options;
}

}  // namespace

SimulatedRun::SimulatedRun(World& world, SimulatedFleet& fleet, RunHistory& history,
                           std::function<void()> on_finished)
    : world_(world),
      fleet_(fleet),
      history_(history),
      on_finished_(std::move(on_finished)),
      random_(world.scenario.seed, Stream::kController, Fnv1a(history.spec.run_id)),
      workload_(MakeSimulatedWorkload(history.plan)),
      keeper_(JournalWriter(std::make_unique<fakes::MemoryFile>(history.disk, "journal"))),
      machine_(RunOptions(history), world.queue.now()),
      watch_(history.spec.load.agents),
      thread_(
          world.queue, {world.scenario.seed, Stream::kController, Fnv1a(history.spec.run_id) ^ 1},
          [this] { FinishSync(); }, [this] { AfterItems(); }) {}

SimulatedRun::SimulatedRun(World& world, SimulatedFleet& fleet, RunHistory& history, Left left,
                           std::function<void()> on_finished)
    : world_(world),
      fleet_(fleet),
      history_(history),
      on_finished_(std::move(on_finished)),
      random_(world.scenario.seed, Stream::kController,
              Fnv1a(history.spec.run_id) ^ history.disk->bytes.size()),
      workload_(MakeSimulatedWorkload(history.plan)),
      keeper_(JournalWriter(std::make_unique<fakes::MemoryFile>(history.disk, "journal")),
              std::move(left.fold)),
      machine_(RunOptions(history), left.past, world.queue.now()),
      watch_(std::move(left.watch)),
      thread_(
          world.queue, {world.scenario.seed, Stream::kController, Fnv1a(history.spec.run_id) ^ 1},
          [this] { FinishSync(); }, [this] { AfterItems(); }) {}

SimulatedRun::Left SimulatedRun::ReadLeft(World& world, RunHistory& history) {
  Left left{.past = {}, .fold = RunFold(), .watch = WriteAheadWatch(history.spec.load.agents)};
  auto reader = JournalReader::OfBytes(history.disk->bytes, "journal");
  for (auto event = reader.Next(); event.ok() && *event; event = reader.Next()) {
    const auto* batch = std::get_if<AgentBatch>(&**event);
    if (batch == nullptr || world.plant != Plant::kBatchesForgotten) left.past.Apply(**event);
    left.fold.Apply(**event).IgnoreError();
    batch == nullptr ? left.watch.OnAppended(**event) : left.watch.OnBatch(batch->agent);
  }
  left.watch.OnDurable();
  history.disk->bytes.resize(reader.whole_bytes());
  history.disk->synced_bytes = history.disk->bytes.size();
  return left;
}

void SimulatedRun::Resume(const controller::RunPast& past) {
  Obey();
  controller::FleetRoster roster;
  for (const controller::RunPast::Agent& agent : past.agents()) {
    roster.emplace_back();
    if (agent.ended) continue;
    roster.back() = controller::FleetSeat{agent.incarnation, agent.resume_secret_sha256};
  }
  fleet_.ResumeRun(history_.spec.run_id, std::move(roster), Sink());
  thread_.WakeAt(now());
}

void SimulatedRun::Die() {
  thread_.End();
  finished_ = true;
  const size_t before = history_.disk->bytes.size();
  const bool reached = syncing_ && random_.Chance(0.5) && keeper_.Sync().ok();
  // What this object writes when it is destroyed is no part of what it left.
  history_.disk = std::make_shared<fakes::MemoryDisk>(*history_.disk);
  std::string& bytes = history_.disk->bytes;
  if (reached) bytes.resize(before + random_.Below(bytes.size() - before + 1));
}

SimulatedFleet::RunSink SimulatedRun::Sink() {
  return [this](controller::RunInput input) {
    auto shared = std::make_shared<controller::RunInput>(std::move(input));
    thread_.Post([this, shared] { Take(*shared); });
  };
}

void SimulatedRun::Begin() {
  Append(RunBegun{.spec = history_.spec,
                  .unix_ns = MonoNs(now() + kUnixMinusMono),
                  .planned_requests = workload_->limits.planned_requests});
  for (const PlannedRow& row : workload_->rows) Append(row);
  Append(TargetProbed{.target = 0, .url = "http://simulated", .engine = "openai"});
  SyncOnDisk();
  Obey();
  fleet_.BeginRun(history_.spec.run_id, history_.spec.load.agents, Sink());
  thread_.WakeAt(now());
}

void SimulatedRun::Interrupt() {
  thread_.Post([this] {
    machine_.OnInterrupt(now());
    Obey();
  });
}

void SimulatedRun::HoldUntil(MonoTime until) {
  thread_.HoldUntil(until);
  if (history_.t0) history_.held += until - now();
}

// --- what comes ---------------------------------------------------------------------------------

void SimulatedRun::Take(controller::RunInput& input) {
  if (auto* batch = std::get_if<ReceivedBatch>(&input.event)) {
    TakeBatch(input.agent, *batch);
  } else {
    machine_.OnAgent(input.agent, input.event, now());
  }
  Obey();
  if (input.consume != 0) fleet_.Consumed(input.consume);
}

void SimulatedRun::TakeBatch(uint32_t agent, ReceivedBatch& batch) {
  const bool of_this_run = batch.batch.run_hash == RunHash(history_.spec.run_id);
  if (world_.plant == Plant::kOldRunAccepted) {
    batch.batch.run_hash = RunHash(history_.spec.run_id);
  }
  const bool is_repeat = of_this_run && batch.batch.seq <= machine_.roster()[agent].last_seq;
  const bool takes = machine_.OnBatch(agent, batch, now()) == controller::BatchUse::kJournal;
  const bool planted = world_.plant == Plant::kRepeatJournalled && is_repeat;
  if ((!takes && !planted) || !keeper_.status().ok()) return;
  keeper_.AppendBatch(batch);
  watch_.OnBatch(agent);
}

void SimulatedRun::AfterItems() {
  machine_.OnTick(now());
  Obey();
  if (syncing_) return;
  if (machine_.finished()) return Finish();
  thread_.WakeAt(std::min(machine_.sync_due().value_or(MonoTime::max()), now() + kTurn));
}

void SimulatedRun::Finish() {
  if (std::exchange(finished_, true)) return;
  history_.ended = true;
  history_.end = *machine_.ended();
  history_.ended_at = now();
  history_.journal_failed = !keeper_.status().ok();
  if (history_.journal_failed) {  // perhaps only now, with the last events
    history_.end.end = RunEnd::kFailed;
    history_.end.reason = std::string(keeper_.status().message());
  } else if (const std::string wrong = watch_.Release(); !wrong.empty()) {
    world_.Find(history_.spec.run_id + ": " + wrong);
  }
  fleet_.EndRun();
  thread_.CatchUp();  // what came too late is not taken, and holds up no session
  thread_.End();
  on_finished_();
}

// --- the journal --------------------------------------------------------------------------------

void SimulatedRun::Append(const Event& event) {
  if (!keeper_.status().ok()) return;
  keeper_.AppendEvent(event);
  watch_.OnAppended(event);
}

bool SimulatedRun::SyncOnDisk() {
  if (!keeper_.Sync().ok()) return false;
  watch_.OnDurable();
  return true;
}

// The thread is held until the disk has done it.
void SimulatedRun::Do(const controller::SyncJournal&) {
  syncing_ = true;
  thread_.HoldUntil(now() + random_.Skewed(microseconds(100), sync_max));
  if (world_.plant != Plant::kAckBeforeSync) return;
  const auto& roster = machine_.roster();
  for (uint32_t i = 0; i < roster.size(); ++i) {
    if (!roster[i].session || roster[i].last_seq == 0) continue;
    controller::SendToAgent ack{
        *roster[i].session, AckBatches{.run_id = history_.spec.run_id, .seq = roster[i].last_seq}};
    Do(ack);
  }
}

void SimulatedRun::FinishSync() {
  if (!std::exchange(syncing_, false)) return;
  const bool synced = SyncOnDisk() || world_.plant == Plant::kSyncErrorIgnored;
  if (synced) {
    machine_.OnSynced(now());
  } else {
    machine_.OnJournalFailed(std::string(keeper_.status().message()), now());
  }
  Obey();
}

// --- what is to be done -------------------------------------------------------------------------

void SimulatedRun::Obey() {
  for (auto commands = machine_.TakeCommands(); !commands.empty();
       commands = machine_.TakeCommands()) {
    for (controller::Command& command : commands) {
      std::visit([this](auto& what) { Do(what); }, command);
    }
  }
}

void SimulatedRun::Do(controller::RecordEvent& record) {
  Append(record.event);
  OnRecorded(record.event);
}

void SimulatedRun::OnRecorded(const Event& event) {
  const std::string& run_id = history_.spec.run_id;
  if (const auto* armed = std::get_if<Armed>(&event)) {
    history_.t0 = MonoTime(Nanos(armed->t0_mono_ns));
    if (world_.plant == Plant::kArmBeforeSync) {
      SendToAll(ArmAgent{.run_id = run_id, .t0_unix_ns = armed->t0_unix_ns});
    }
  }
  if (std::holds_alternative<DrainBegun>(event) && world_.plant == Plant::kDrainBeforeSync) {
    SendToAll(DrainAgent{.run_id = run_id});
  }
  if (std::holds_alternative<RunEnded>(event) && world_.plant == Plant::kReleaseBeforeSync) {
    Finish();
  }
}

// As a planted bug does: the message goes out as the event is recorded.
void SimulatedRun::SendToAll(const ControllerMessage& message) {
  const auto& roster = machine_.roster();
  for (uint32_t i = 0; i < roster.size(); ++i) {
    if (!roster[i].session) continue;
    controller::SendToAgent send{*roster[i].session, message};
    Do(send);
  }
}

uint32_t SimulatedRun::AgentOf(controller::SessionId session) const {
  const auto& roster = machine_.roster();
  for (uint32_t i = 0; i < roster.size(); ++i) {
    if (roster[i].session == session) return i;
  }
  return roster.size();
}

void SimulatedRun::Do(controller::SendToAgent& send) {
  // A message that waited for the disk may be to a session that is gone by now.
  if (const uint32_t agent = AgentOf(send.session); agent < machine_.roster().size()) {
    const std::string wrong = watch_.Message(agent, send.message);
    // Without a journal the agents are told to end all the same.
    const bool may_drain =
        !keeper_.status().ok() && std::holds_alternative<DrainAgent>(send.message);
    if (!wrong.empty() && !may_drain) world_.Find(history_.spec.run_id + ": " + wrong);
    if (const auto* ack = std::get_if<AckBatches>(&send.message)) {
      uint64_t& acked = history_.acked[agent];
      acked = std::max(acked, ack->seq);
    }
  }
  fleet_.Send(send.session, std::move(send.message));
}

void SimulatedRun::Do(const controller::SendPrepare& send) {
  const std::string wrong = watch_.Prepare(send.agent);
  if (!wrong.empty()) world_.Find(history_.spec.run_id + ": " + wrong);
  const LoadSpec& load = history_.spec.load;
  LoadJob head;
  head.spec = history_.spec;
  head.targets = {TargetJob{.url = "http://simulated", .model = "m"}};
  head.slice.agent = send.agent;
  head.slice.agents = load.agents;
  head.slice.rows = workload_->items.size();
  head.slice.slots = SlotsOfAgent(ExpectationOf(load.shape).slots, send.agent, load.agents);
  head.slice.limits = workload_->limits;
  // Small parts, so that a cut may come between them.
  const size_t part_bytes_max = size_t{1} << (5 + random_.Below(8));
  fleet_.Send(send.session, PrepareParts(std::move(head), workload_, part_bytes_max));
}

void SimulatedRun::Do(const controller::ScrapeBefore&) {
  world_.queue.After(random_.Skewed(microseconds(10), milliseconds(100)), [this] {
    thread_.Post([this] {
      machine_.OnScrapedBefore(kUnixMinusMono, now());
      Obey();
    });
  });
}

void SimulatedRun::Do(const controller::ScrapeAfter&) {
  world_.queue.After(random_.Skewed(microseconds(10), milliseconds(100)), [this] {
    thread_.Post([this] {
      machine_.OnScrapedAfter(now());
      Obey();
    });
  });
}

}  // namespace specctl::simulation
