#include "controller/measure/measure.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/analysis/precision_watch.h"
#include "controller/fleet/inbox.h"
#include "controller/measure/run_scrapes.h"
#include "controller/metrics_files/metrics_folder.h"
#include "controller/run/journal_keeper.h"
#include "controller/run/run_machine.h"
#include "controller/run/run_snapshot.h"

namespace specctl::controller {
namespace {

constexpr Nanos kTurn = std::chrono::milliseconds(50);
constexpr Nanos kSnapshotInterval = std::chrono::milliseconds(250);
constexpr size_t kInboxMax = 4096;

using RunMessage = std::variant<RunInput, Scraped, ScrapedBefore, ScrapedAfter>;

std::vector<TargetJob> JobsOf(const ResolvedRun& run) {
  std::vector<TargetJob> jobs;
  for (const TargetProbed& target : run.targets) {
    jobs.push_back({.url = target.url,
                    .dialect = target.dialect,
                    .model = target.model,
                    .authorization = run.secrets.AuthorizationOf(target.target)});
  }
  return jobs;
}

RunMachine::Options MachineOptions(const ResolvedRun& run, const Fleet& fleet) {
  const LoadSpec& load = run.spec.load;
  RunMachine::Options options;
  options.run_id = run.spec.run_id;
  options.agents = load.agents;
  options.expected = ExpectationOf(load.shape);
  options.failed_share_max = load.failed_share_max;
  options.degrades_on_agent_loss = load.degrades_on_agent_loss;
  if (load.duration) options.limit = load.ramp + load.warmup + *load.duration;
  options.grace = load.grace;
  options.agent_timeout = run.spec.agent_timeout;
  options.interrupt_grace = run.interrupt_grace;
  options.join_timeout = run.join_timeout;
  options.boot_id = fleet.boot_id();
  return options;
}

// The run's one thread: takes what comes, tells the machine, and does what it decides.
class RunLoop {
 public:
  RunLoop(const ResolvedRun& run, Fleet& fleet, StopToken stop, RunObserver& observer,
          JournalWriter journal)
      : run_(run),
        fleet_(fleet),
        stop_(std::move(stop)),
        observer_(observer),
        jobs_(JobsOf(run)),
        keeper_(std::move(journal)),
        machine_(MachineOptions(run, fleet), MonoNow()),
        precision_(run.spec.load.until) {}

  // Goes on with it.  `recovered`: but for its journal and fold, which are given apart.
  RunLoop(const ResolvedRun& run, Fleet& fleet, StopToken stop, RunObserver& observer,
          RecoveredRun& recovered)
      : run_(run),
        fleet_(fleet),
        stop_(std::move(stop)),
        observer_(observer),
        jobs_(JobsOf(run)),
        keeper_(std::move(recovered.journal), std::move(recovered.fold)),
        machine_(MachineOptions(run, fleet), recovered.past, MonoNow()),
        precision_(run.spec.load.until) {}

  // The events that stand before everything else are on disk, and the fleet's agents are this
  // run's.
  absl::Status Begin();
  // The same of one that goes on.
  absl::Status Resume(const RecoveredRun& recovered);
  RunEnded Run();

 private:
  // The servers' metrics and files.
  absl::Status OpenSources();
  void OnMessage(RunInput input);
  void OnMessage(const Scraped& scraped) { AppendEvent(scraped); }
  void OnMessage(const ScrapedBefore& done);
  void OnMessage(const ScrapedAfter& done);
  void TakeStops();
  // What came too late is not taken, and holds up no session.
  void GiveBack();

  void Obey();
  void Do(RecordEvent& record) { keeper_.AppendEvent(record.event); }
  void Do(SyncJournal&);
  void Do(SendToAgent& send) { fleet_.Send(send.session, std::move(send.message)); }
  void Do(const SendPrepare& send);
  void Do(const DropAgent& drop) { fleet_.Drop(drop.agent); }
  void Do(const ScrapeBefore&);
  void Do(const ScrapeAfter&);

  // An event that the machine knows nothing of.
  void AppendEvent(const Event& event);
  void EndIfPrecise();
  void ShowIfDue();

  const ResolvedRun& run_;
  Fleet& fleet_;
  const StopToken stop_;
  RunObserver& observer_;
  const std::vector<TargetJob> jobs_;
  JournalKeeper keeper_;
  RunMachine machine_;
  PrecisionWatch precision_;
  MonoTime now_ = MonoNow();  // of this turn
  std::optional<MonoTime> shown_at_;
  uint32_t stops_ = 0;
  Inbox<RunMessage> inbox_{kInboxMax};
  std::optional<MetricsFolder> metrics_folder_;
  std::optional<RunScrapes> scrapes_;  // goes before the inbox and the folder
};

absl::Status RunLoop::Begin() {
  keeper_.AppendEvent(RunBegun{.spec = run_.spec,
                               .unix_ns = UnixNow().time_since_epoch().count(),
                               .planned_requests = run_.workload->limits.planned_requests,
                               .notes = run_.notes});
  for (const PlannedRow& row : run_.workload->rows) keeper_.AppendEvent(row);
  for (const TargetProbed& target : run_.targets) keeper_.AppendEvent(target);
  // Before any agent hears of the run: whatever happens, the journal says what was to be run.
  if (absl::Status synced = keeper_.Sync(); !synced.ok()) return synced;
  if (absl::Status opened = OpenSources(); !opened.ok()) return opened;
  return fleet_.BeginRun(run_.spec.run_id, run_.spec.load.agents,
                         [this](RunInput input) { inbox_.Post(std::move(input)); });
}

absl::Status RunLoop::OpenSources() {
  auto scrapes = RunScrapes::Make(run_);
  if (!scrapes.ok()) return scrapes.status();
  scrapes_ = *std::move(scrapes);
  if (run_.spec.sglang_metrics_dir.empty()) return absl::OkStatus();
  auto folder = MetricsFolder::Open(run_.spec.sglang_metrics_dir);
  if (folder.ok()) metrics_folder_ = *std::move(folder);
  return folder.status();
}

absl::Status RunLoop::Resume(const RecoveredRun& recovered) {
  // That it was taken up stands before everything of this life.
  Obey();
  // Without what the servers wrote into files a run goes on all the same.
  const absl::Status opened = OpenSources();
  if (!scrapes_) return opened;
  for (const Scraped& earlier : recovered.scrapes) scrapes_->TakeUp(earlier);
  scrapes_->Start([this](Scraped scraped) { inbox_.PostWhenRoom(std::move(scraped)); });
  FleetRoster roster;
  for (const RunPast::Agent& agent : recovered.past.agents()) {
    roster.emplace_back();
    if (agent.ended) continue;
    roster.back() = FleetSeat{agent.incarnation, agent.resume_secret_sha256};
  }
  return fleet_.ResumeRun(run_.spec.run_id, std::move(roster),
                          [this](RunInput input) { inbox_.Post(std::move(input)); });
}

RunEnded RunLoop::Run() {
  while (!machine_.finished()) {
    const MonoTime due = machine_.sync_due().value_or(MonoTime::max());
    std::deque<RunMessage> messages = inbox_.TakeItems(std::min(due, MonoNow() + kTurn));
    now_ = MonoNow();
    for (RunMessage& message : messages) {
      std::visit([this](auto& what) { OnMessage(std::move(what)); }, message);
      Obey();
    }
    TakeStops();
    machine_.OnTick(now_);
    Obey();
    EndIfPrecise();
    ShowIfDue();
  }
  // Order matters: after EndRun() no input arrives, after Close() no scraper waits for room, and
  // GiveBack() frees the sessions of what arrived until then.
  fleet_.EndRun();
  inbox_.Close();
  scrapes_.reset();
  GiveBack();
  observer_.OnEnd();
  RunEnded ended = *machine_.ended();
  if (!keeper_.status().ok()) {  // perhaps only now, with the last events
    ended.end = RunEnd::kFailed;
    ended.reason = std::string(keeper_.status().message());
  }
  return ended;
}

// --- what comes ---------------------------------------------------------------------------------

void RunLoop::OnMessage(RunInput input) {
  if (const auto* batch = std::get_if<ReceivedBatch>(&input.event)) {
    if (machine_.OnBatch(input.agent, *batch, now_) == BatchUse::kJournal) {
      keeper_.AppendBatch(*batch);
    }
  } else {
    machine_.OnAgent(input.agent, input.event, now_);
  }
  // The session is read on only now: agents can't send faster than this thread handles.
  if (input.consume != 0) fleet_.Consumed(input.consume);
}

void RunLoop::OnMessage(const ScrapedBefore& done) {
  for (const Scraped& scraped : done.scrapes) AppendEvent(scraped);
  now_ = MonoNow();  // T0 follows from it
  machine_.OnScrapedBefore(ReadClockPair().RealMinusMono(), now_);
  scrapes_->Start([this](Scraped scraped) { inbox_.PostWhenRoom(std::move(scraped)); });
}

void RunLoop::OnMessage(const ScrapedAfter& done) {
  for (const Scraped& scraped : done.scrapes) AppendEvent(scraped);
  for (const StatisticsRead& read : done.logged) AppendEvent(read);
  machine_.OnScrapedAfter(now_);
}

void RunLoop::TakeStops() {
  for (const uint32_t requests = stop_.requests(); stops_ < requests; ++stops_) {
    machine_.OnInterrupt(now_, stop_.cause());
  }
}

void RunLoop::GiveBack() {
  for (const RunMessage& message : inbox_.TakeItems(MonoNow())) {
    const auto* input = std::get_if<RunInput>(&message);
    if (input != nullptr && input->consume != 0) fleet_.Consumed(input->consume);
  }
}

// --- what is to be done -------------------------------------------------------------------------

void RunLoop::Obey() {
  for (auto commands = machine_.TakeCommands(); !commands.empty();
       commands = machine_.TakeCommands()) {
    for (Command& command : commands) std::visit([this](auto& what) { Do(what); }, command);
  }
}

void RunLoop::AppendEvent(const Event& event) {
  keeper_.AppendEvent(event);
  machine_.OnRecorded(now_);
}

void RunLoop::Do(SyncJournal&) {
  // May take long on a busy disk; what follows counts from its end.
  const absl::Status synced = keeper_.Sync();
  now_ = MonoNow();
  if (synced.ok()) {
    // A run that never came to T0 may begin anew, with another journal.
    if (machine_.stage() != RunStage::kPreparing) observer_.OnDurable(keeper_.bytes());
    return machine_.OnSynced(now_);
  }
  machine_.OnJournalFailed(std::string(synced.message()), now_);
}

void RunLoop::Do(const SendPrepare& send) {
  const LoadSpec& load = run_.spec.load;
  LoadJob head;
  head.spec = run_.spec;
  head.headers = run_.secrets.headers;
  head.targets = jobs_;
  head.slice.agent = send.agent;
  head.slice.agents = load.agents;
  head.slice.rows = run_.workload->items.size();
  head.slice.slots = SlotsOfAgent(ExpectationOf(load.shape).slots, send.agent, load.agents);
  head.slice.limits = run_.workload->limits;
  fleet_.Send(send.session, PrepareParts(std::move(head), run_.workload));
}

void RunLoop::Do(const ScrapeBefore&) {
  scrapes_->Before([this](ScrapedBefore done) { inbox_.Post(std::move(done)); });
}

void RunLoop::Do(const ScrapeAfter&) {
  scrapes_->After([this](ScrapedAfter done) {
    // On the scrapes' thread, if there is one: it waits until the server has written.
    if (metrics_folder_) done.logged = metrics_folder_->ReadAppended();
    inbox_.Post(std::move(done));
  });
}

void RunLoop::EndIfPrecise() {
  if (run_.spec.load.until.empty() || machine_.stage() != RunStage::kRunning) return;
  const double hold_s = keeper_.fold().HoldSeconds();
  if (!LookIfDue(keeper_.fold(), precision_)) return;
  now_ = MonoNow();  // a look takes its time
  if (!precision_.met()) return;
  machine_.OnPreciseEnough(
      absl::StrFormat("%s after %.0f s of the hold", precision_.text(), hold_s), now_);
  Obey();
}

void RunLoop::ShowIfDue() {
  if (shown_at_ && now_ - *shown_at_ < kSnapshotInterval) return;
  shown_at_ = now_;
  observer_.OnSnapshot(
      std::make_shared<const RunSnapshot>(SnapshotOf(run_.spec, keeper_.fold(), precision_)));
}

}  // namespace

absl::StatusOr<RunOutcome> Measure(const ResolvedRun& run, const RunDir& dir, Fleet& fleet,
                                   StopToken stop, RunObserver& observer) {
  auto journal = JournalWriter::Create(dir.JournalPath());
  if (!journal.ok()) return journal.status();
  RunLoop loop(run, fleet, std::move(stop), observer, *std::move(journal));
  if (absl::Status begun = loop.Begin(); !begun.ok()) return begun;
  return RunOutcome{.ended = loop.Run()};
}

absl::StatusOr<RunOutcome> ResumeMeasure(const ResolvedRun& run, RecoveredRun recovered,
                                         Fleet& fleet, StopToken stop, RunObserver& observer) {
  const ClockPair clocks = ReadClockPair();
  recovered.past.BeginLife({.boot_id = fleet.boot_id(),
                            .mono_ns = MonoNs(clocks.mono),
                            .unix_ns = clocks.real.time_since_epoch().count()});
  observer.OnDurable(recovered.bytes);
  RunLoop loop(run, fleet, std::move(stop), observer, recovered);
  if (absl::Status begun = loop.Resume(recovered); !begun.ok()) return begun;
  return RunOutcome{.ended = loop.Run()};
}

}  // namespace specctl::controller
