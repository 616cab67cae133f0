#include "controller/run/run_driver.h"

#include <fstream>
#include <random>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>
#include <spdlog/spdlog.h>

#include "controller/run/inbox.h"
#include "controller/run/journal_keeper.h"
#include "controller/run/run_machine.h"
#include "controller/session/session_hub.h"

namespace specctl::controller {
namespace {

constexpr Nanos kTurn = std::chrono::milliseconds(50);
constexpr Nanos kViewInterval = std::chrono::milliseconds(250);
constexpr Nanos kReleasePatience = std::chrono::seconds(2);
constexpr size_t kInboxMax = 4096;
// What each agent adds to the time until T0, so that a busy machine arms all of them before it.
constexpr Nanos kArmLeadOfAgent = std::chrono::milliseconds(25);

struct BeforeDone {
  std::vector<Scraped> scrapes;
};
struct AfterDone {
  std::vector<Scraped> scrapes;
};
using RunMessage = std::variant<SessionInput, ClockProbed, Scraped, BeforeDone, AfterDone>;

// This host's boot; empty where the system doesn't tell.
std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string MakeToken() {
  std::random_device device;
  return absl::StrFormat("%08x%08x%08x%08x", device(), device(), device(), device());
}

std::vector<TargetJob> JobsOf(const std::vector<TargetProbed>& targets, const Secrets& secrets) {
  std::vector<TargetJob> jobs;
  for (const TargetProbed& target : targets) {
    jobs.push_back({.url = target.url,
                    .engine = target.engine,
                    .continuous_usage = target.continuous_usage,
                    .return_token_ids = target.token_source == TokenSource::kTokenIds,
                    .ignore_usage_on_chunks = target.usage_fault != TokenFault::kNone,
                    .stream_options = target.stream_options,
                    .model = target.model,
                    .authorization = secrets.AuthorizationOf(target.target)});
  }
  return jobs;
}

RunMachine::Options MachineOptions(const RunInput& input) {
  RunMachine::Options options;
  options.agents = input.spec.load.agents;
  options.bs = input.spec.load.bs;
  options.failed_share_max = input.spec.load.failed_share_max;
  options.grace = input.spec.load.grace;
  options.agent_timeout = input.spec.agent_timeout;
  options.join_timeout = input.join_timeout;
  options.prepare_timeout = input.prepare_timeout;
  options.arm_lead += options.agents * kArmLeadOfAgent;
  options.boot_id = BootId();
  return options;
}

// The run's one thread: takes what comes, tells the machine, and does what it decides.
class RunLoop {
 public:
  RunLoop(RunInput input, RunSurroundings surroundings, JournalWriter journal)
      : input_(std::move(input)),
        around_(std::move(surroundings)),
        spec_(std::make_shared<const RunSpec>(input_.spec)),
        secrets_(std::make_shared<const Secrets>(input_.secrets)),
        jobs_(
            std::make_shared<const std::vector<TargetJob>>(JobsOf(input_.targets, input_.secrets))),
        keeper_(std::move(journal), input_.spec.load.agents),
        machine_(MachineOptions(input_), MonoNow()) {}

  // The events that stand before everything else, on disk.
  absl::Status Begin();
  absl::Status Listen();
  RunEnded Run();

 private:
  void Take(SessionInput message);
  void Take(const ClockProbed& probe);
  void Take(const Scraped& scraped) { keeper_.Append(scraped, now_); }
  void Take(const BeforeDone& done);
  void Take(const AfterDone& done);
  void TakeBatch(SessionId session, ReceivedBatch batch);
  void TakeInterrupts();
  void TakeDeaths();

  void Obey();
  void Do(RecordEvent& record) { keeper_.Append(record.event, now_); }
  void Do(SendToAgent& send) { hub_->Send(send.session, std::move(send.output)); }
  void Do(const SendPrepare& send);
  void Do(const SendAck& send);
  void Do(const CloseSession& close) { hub_->Close(close.session, close.status); }
  void Do(const ScrapeBefore&);
  void Do(const ScrapeAfter&);

  void SyncIfDue();
  void ShowIfDue();
  void End();

  const RunInput input_;
  const RunSurroundings around_;
  const std::shared_ptr<const RunSpec> spec_;
  const std::shared_ptr<const Secrets> secrets_;
  const std::shared_ptr<const std::vector<TargetJob>> jobs_;
  JournalKeeper keeper_;
  RunMachine machine_;
  MonoTime now_ = MonoNow();  // of this turn
  std::optional<MonoTime> shown_at_;
  uint32_t interrupts_ = 0;
  Inbox<RunMessage> inbox_{kInboxMax};
  std::unique_ptr<SessionHub> hub_;
  std::thread scraping_;  // before T0, then after the drain
};

absl::Status RunLoop::Begin() {
  keeper_.Append(RunBegun{.spec = input_.spec,
                          .unix_ns = UnixNow().time_since_epoch().count(),
                          .planned_requests = input_.workload->limits.planned_requests,
                          .notes = input_.notes},
                 now_);
  for (const PlannedRow& row : input_.workload->rows) keeper_.Append(row, now_);
  for (const TargetProbed& target : input_.targets) keeper_.Append(target, now_);
  return keeper_.Sync().status();
}

absl::Status RunLoop::Listen() {
  const std::string token =
      input_.join_token.empty() && around_.spawner != nullptr ? MakeToken() : input_.join_token;
  SessionHub::Options options;
  options.listen = input_.listen;
  options.specctl_version = input_.spec.specctl_version;
  options.join_token = token;
  // A session is read one message at a time, so that its posts are bounded by themselves.
  SessionHub::Sinks sinks{
      .session = [this](SessionInput message) { inbox_.Post(std::move(message)); },
      .clock = [this](ClockProbed probe) { inbox_.PostOrDrop(probe); }};
  auto hub = SessionHub::Start(std::move(options), std::move(sinks));
  if (!hub.ok()) return hub.status();
  hub_ = *std::move(hub);
  if (around_.spawner != nullptr) around_.spawner->Announce(hub_->address(), token);
  if (around_.on_listening) around_.on_listening(hub_->address(), token);
  return absl::OkStatus();
}

RunEnded RunLoop::Run() {
  while (!machine_.ended()) {
    const MonoTime due = keeper_.sync_due().value_or(MonoTime::max());
    std::deque<RunMessage> messages = inbox_.Take(std::min(due, MonoNow() + kTurn));
    now_ = MonoNow();
    for (RunMessage& message : messages) {
      std::visit([this](auto& what) { Take(std::move(what)); }, message);
      Obey();
    }
    TakeDeaths();
    TakeInterrupts();
    machine_.OnTick(now_);
    Obey();
    SyncIfDue();
    ShowIfDue();
  }
  End();
  RunEnded ended = *machine_.ended();
  if (!keeper_.status().ok()) {  // perhaps only now, with the last events
    ended.end = RunEnd::kFailed;
    ended.reason = std::string(keeper_.status().message());
  }
  return ended;
}

// --- what comes ---------------------------------------------------------------------------------

void RunLoop::Take(SessionInput message) {
  const SessionId session = message.session;
  if (auto* batch = std::get_if<ReceivedBatch>(&message.input)) {
    TakeBatch(session, std::move(*batch));
  } else {
    machine_.OnInput(session, message.input, now_);
  }
  hub_->Consumed(session);
}

void RunLoop::TakeBatch(SessionId session, ReceivedBatch batch) {
  const uint32_t agent = batch.batch.agent;
  switch (machine_.OnBatch(session, batch.batch, now_)) {
    case BatchUse::kJournal:
      keeper_.AppendBatch(std::move(batch), now_);
      break;
    case BatchUse::kRepeat:
      Do(SendAck{.session = session, .agent = agent});
      break;
    case BatchUse::kDrop:
      break;
  }
}

void RunLoop::Take(const ClockProbed& probe) {
  const AgentRoster& roster = machine_.roster();
  if (probe.agent >= roster.size()) return;
  if (roster[probe.agent].phase != AgentPhase::kExpected) keeper_.Append(probe, now_);
}

void RunLoop::Take(const BeforeDone& done) {
  scraping_.join();
  for (const Scraped& scraped : done.scrapes) keeper_.Append(scraped, now_);
  machine_.OnScrapedBefore(ReadClockPair().RealMinusMono(), now_);
  if (!around_.scrape.start) return;
  around_.scrape.start([this](Scraped scraped) { inbox_.PostWhenRoom(std::move(scraped)); });
}

void RunLoop::Take(const AfterDone& done) {
  scraping_.join();
  for (const Scraped& scraped : done.scrapes) keeper_.Append(scraped, now_);
  machine_.OnScrapedAfter(now_);
}

void RunLoop::TakeInterrupts() {
  if (!around_.interrupts) return;
  for (const uint32_t count = around_.interrupts(); interrupts_ < count; ++interrupts_) {
    machine_.OnInterrupt(now_);
  }
}

void RunLoop::TakeDeaths() {
  if (around_.spawner == nullptr) return;
  for (const AgentSpawner::Death& death : around_.spawner->TakeDeaths()) {
    machine_.OnProcessDied(death.agent, death.how, now_);
  }
}

// --- what is to be done -------------------------------------------------------------------------

void RunLoop::Obey() {
  for (Command& command : machine_.TakeCommands()) {
    std::visit([this](auto& what) { Do(what); }, command);
  }
}

void RunLoop::Do(const SendPrepare& send) {
  const LoadSpec& load = spec_->load;
  PrepareAgent job;
  job.spec = spec_;
  job.secrets = secrets_;
  job.targets = jobs_;
  job.agent = send.agent;
  job.agents = load.agents;
  job.slots = SlotsOfAgent(load.bs, send.agent, load.agents);
  job.workload = input_.workload;
  job.order_indices = OrderIndicesOfAgent(send.agent, load.agents, input_.workload->items.size(),
                                          input_.workload->limits);
  hub_->Send(send.session, std::move(job));
}

void RunLoop::Do(const SendAck& send) {
  hub_->Send(send.session, AckBatches{.seq = keeper_.durable_seq(send.agent)});
}

void RunLoop::Do(const ScrapeBefore&) {
  scraping_ = std::thread([this] {
    BeforeDone done;
    if (around_.scrape.before) done.scrapes = around_.scrape.before();
    inbox_.Post(std::move(done));
  });
}

void RunLoop::Do(const ScrapeAfter&) {
  scraping_ = std::thread([this] {
    AfterDone done;
    if (around_.scrape.stop) around_.scrape.stop();
    if (around_.scrape.after) done.scrapes = around_.scrape.after();
    inbox_.Post(std::move(done));
  });
}

void RunLoop::SyncIfDue() {
  if (!keeper_.sync_due() || (now_ < *keeper_.sync_due() && !machine_.ended())) return;
  const auto durable = keeper_.Sync();
  if (!durable.ok()) {
    machine_.OnJournalFailed(std::string(durable.status().message()), now_);
    return Obey();
  }
  for (const JournalKeeper::Durable& of : *durable) {
    if (const auto session = machine_.roster()[of.agent].session) {
      hub_->Send(*session, AckBatches{.seq = of.seq});
    }
  }
}

void RunLoop::ShowIfDue() {
  if (around_.view == nullptr || (shown_at_ && now_ - *shown_at_ < kViewInterval)) return;
  shown_at_ = now_;
  LiveFrame frame{
      .run_id = spec_->run_id, .figures = keeper_.Live(), .duration_left_s = std::nullopt};
  if (const auto duration = spec_->load.duration) {
    const Nanos whole = spec_->load.ramp + spec_->load.warmup + *duration;
    frame.duration_left_s = Seconds(whole) - frame.figures.elapsed_s;
  }
  around_.view->Show(frame, now_);
}

// The last events are on disk before the agents are released.
void RunLoop::End() {
  SyncIfDue();
  if (around_.view != nullptr) around_.view->Clear();
  inbox_.Close();
  for (uint32_t agent = 0; agent < machine_.roster().size(); ++agent) {
    const auto session = machine_.roster()[agent].session;
    if (!session) continue;
    hub_->Send(*session, ReleaseAgent{});
    hub_->Close(*session, absl::OkStatus());
  }
  hub_->Shutdown(kReleasePatience);
  if (around_.spawner != nullptr) around_.spawner->End(kReleasePatience);
  if (scraping_.joinable()) scraping_.join();
  if (around_.scrape.stop) around_.scrape.stop();
  if (const uint64_t dropped = inbox_.dropped(); dropped > 0) {
    spdlog::warn("controller: {} clock probes were dropped, more came than could be taken",
                 dropped);
  }
}

}  // namespace

absl::StatusOr<RunEnded> DriveRun(RunInput input, RunSurroundings surroundings) {
  auto journal = JournalWriter::Create(input.journal_path);
  if (!journal.ok()) return journal.status();
  RunLoop loop(std::move(input), std::move(surroundings), *std::move(journal));
  if (absl::Status begun = loop.Begin(); !begun.ok()) return begun;
  if (absl::Status listening = loop.Listen(); !listening.ok()) return listening;
  return loop.Run();
}

}  // namespace specctl::controller
