// The daemon's worker: which job is next, and what becomes of it.
#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "controller/api/controller_file.h"
#include "controller/api/daemon.h"
#include "controller/api/sweep_order_runner.h"
#include "controller/sweep/sweep_folder.h"

namespace specctl::controller {

// Tells the daemon what the run that is on shows.
class Daemon::Observer final : public RunObserver {
 public:
  Observer(Daemon& daemon, std::string id) : daemon_(daemon), id_(std::move(id)) {}

  void OnSnapshot(std::shared_ptr<const RunSnapshot> snapshot) override {
    MutexLock lock(daemon_.mu_);
    daemon_.snapshot_ = std::move(snapshot);
  }
  void OnDurable(uint64_t journal_bytes) override {
    MutexLock lock(daemon_.mu_);
    const auto at = daemon_.entries_.find(id_);
    if (at != daemon_.entries_.end()) at->second.journal_bytes = journal_bytes;
    daemon_.changed_.notify_all();
  }
  void OnEnd() override {
    MutexLock lock(daemon_.mu_);
    daemon_.snapshot_ = nullptr;
  }

 private:
  Daemon& daemon_;
  const std::string id_;
};

template <typename Change>
void Daemon::Update(std::string_view id, const Change& change) {
  MutexLock lock(mu_);
  Entry& entry = entries_.find(id)->second;
  change(entry);
  Store(entry);
}

std::optional<std::string> Daemon::ClaimNext() {
  std::unique_lock<Mutex> lock(mu_);
  for (;;) {
    const auto claim = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> std::optional<std::string> {
      Entry* first = nullptr;
      for (auto& [id, entry] : entries_) {
        if (entry.job.state != JobState::kQueued || entry.hidden) continue;
        if (first == nullptr || PlaceInQueue(entry.job) < PlaceInQueue(first->job)) first = &entry;
      }
      if (first == nullptr) return std::nullopt;
      Claim(*first);
      return first->job.id;
    };
    const auto over = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return ends_asked_ > 0; };
    if (over()) return std::nullopt;
    if (auto id = claim()) return id;
    changed_.wait(lock);
  }
}

void Daemon::Claim(Entry& entry) {
  entry.job.state = JobState::kRunning;
  entry.job.begun_unix_ns = UnixNow().time_since_epoch().count();
  Store(entry);
}

void Daemon::Work() {
  if (resumes_) ResumeJob(*resumes_);
  while (const auto id = ClaimNext()) RunJob(*id);
}

template <typename Order>
absl::StatusOr<Order> Daemon::OrderOf(
    const std::string& id, absl::StatusOr<Order> (*unpack)(std::string_view order_gzip)) {
  const auto bytes = store_.ReadOrder(id);
  if (!bytes.ok()) return bytes.status();
  auto order = unpack(*bytes);
  if (!order.ok()) return order;
  MutexLock lock(mu_);
  Entry& entry = entries_.find(id)->second;
  // Kept: the job may be put off until they are needed again.
  if (entry.secrets) PutSecrets(*entry.secrets, *order);
  return order;
}

template <typename Act>
auto Daemon::WithMeans(const std::string& id, const Act& act) {
  StopToken stop;
  {
    MutexLock lock(mu_);
    const Entry& entry = entries_.find(id)->second;
    stop = StopToken(entry.stops, entry.stop_cause);
  }
  Observer observer(*this, id);
  return act(
      OrderMeans{.fleet = fleet_,
                 .stop = stop,
                 .drain = options_.drain,
                 .agents_expected_until = agents_expected_until_,
                 .observer = observer,
                 .on_run = [this, &id](const std::string& folder) { TellRun(id, folder); },
                 .tell = [this, &id](std::string text) { TellProgress(id, std::move(text)); }});
}

void Daemon::TellRun(const std::string& id, const std::string& folder) {
  MutexLock lock(mu_);
  Entry& entry = entries_.find(id)->second;
  entry.run_folder = folder;
  entry.journal_bytes = 0;
}

void Daemon::TellProgress(const std::string& id, std::string text) {
  MutexLock lock(mu_);
  Entry& entry = entries_.find(id)->second;
  if (entry.job.progress == text) return;
  entry.job.progress = std::move(text);
  ++entry.version;
  changed_.notify_all();
}

void Daemon::RunJob(const std::string& id) {
  const auto job = Get(id);
  const std::string folder = store_.FolderOf(id);
  EndJob(id, WithMeans(id, [&](const OrderMeans& means) -> absl::StatusOr<OrderEnd> {
           if (!job.ok()) return job.status();
           if (job->kind == JobKind::kSweep) {
             auto order = OrderOf(id, &UnpackSweepOrder);
             if (!order.ok()) return order.status();
             // What it has measured so far decides which prompts it needs.
             if (auto so_far = SweepFolder::Read(folder); so_far.ok()) {
               order->sweep = *std::move(so_far);
             }
             const absl::Status taken = TakeNamedPrompts(options_.dataset_dir, *order);
             if (!taken.ok()) return taken;
             return RunSweepOrder(*std::move(order), job->wait_agents, folder, means);
           }
           auto request = OrderOf(id, &UnpackOrder);
           if (!request.ok()) return request.status();
           const absl::Status taken = TakeNamedPrompts(options_.dataset_dir, *request);
           if (!taken.ok()) return taken;
           return RunOrder(*std::move(request), job->wait_agents, folder, means);
         }));
}

absl::StatusOr<OrderEnd> Daemon::ResumeRunJob(const std::string& id) {
  auto request = OrderOf(id, &UnpackOrder);
  if (!request.ok()) return request.status();
  return WithMeans(id, [&](const OrderMeans& means) {
    return ResumeOrder(*std::move(request), store_.FolderOf(id), means);
  });
}

absl::StatusOr<OrderEnd> Daemon::ResumeSweepJob(const std::string& id) {
  const auto order = OrderOf(id, &UnpackSweepOrder);
  if (!order.ok()) return order.status();
  const absl::Status resumed = WithMeans(id, [&](const OrderMeans& means) {
    return ResumeRunOfSweep(*order, store_.FolderOf(id), means);
  });
  return resumed.ok() ? absl::AbortedError("its other runs are to come") : resumed;
}

void Daemon::ResumeJob(const std::string& id) {
  const auto job = Get(id);
  const bool sweep = job.ok() && job->kind == JobKind::kSweep;
  TellProgress(id, "the controller was started again and reads the run's journal");
  const auto ended = sweep ? ResumeSweepJob(id) : ResumeRunJob(id);
  fleet_.GiveUpResuming();  // where it went on, nothing is left to be taken up
  agents_expected_until_ = MonoNow() + kRejoinPatience;
  bool cancelled = false;
  {
    MutexLock lock(mu_);
    cancelled = entries_.find(id)->second.cancelled;
  }
  if (!absl::IsAborted(ended.status())) return EndJob(id, ended);
  if (cancelled && sweep) {
    return EndJob(id, OrderEnd{.ended = {.end = RunEnd::kInterrupted, .reason = "interrupted"},
                               .artifacts = {}});
  }
  if (cancelled) return EndJob(id, absl::CancelledError("cancelled before it began"));
  spdlog::info("controller: {} {} {}", sweep ? "sweep" : "run", id,
               sweep ? "goes on" : "had not begun: it begins anew");
  PutOff(id);
}

void Daemon::PutOff(const std::string& id) {
  if (auto removed = store_.RemoveJournal(id); !removed.ok()) return EndJob(id, removed);
  Update(id, [](Entry& entry) {
    const bool lacks = entry.job.has_secrets && !entry.secrets;
    entry.job.state = lacks ? JobState::kNeedsSecret : JobState::kQueued;
    entry.job.begun_unix_ns = 0;
    entry.job.progress.clear();
    *entry.stops = 0;
    *entry.stop_cause = StopCause::kUser;
  });
}

bool Daemon::IsPutOff(const Entry& entry, const absl::StatusOr<OrderEnd>& ended) const {
  // By this controller's own end, and nothing of it was measured: its journal is shown from T0 on.
  const bool stopped =
      ended.ok() ? ended->ended.end == RunEnd::kInterrupted : absl::IsCancelled(ended.status());
  // A sweep goes on with its next run, whatever it has.
  const bool whole = entry.job.kind == JobKind::kSweep || entry.journal_bytes == 0;
  return stopped && ends_asked_ > 0 && !entry.cancelled && whole;
}

void Daemon::EndJob(const std::string& id, const absl::StatusOr<OrderEnd>& ended) {
  bool put_off = false;
  {
    MutexLock lock(mu_);
    put_off = IsPutOff(entries_.find(id)->second, ended);
  }
  if (put_off) return PutOff(id);
  if (!ended.ok()) {
    spdlog::warn("controller: job {}: {}", id, std::string(ended.status().message()));
  }
  Update(id, [&](Entry& entry) {
    Job& job = entry.job;
    entry.secrets.reset();
    job.ended_unix_ns = UnixNow().time_since_epoch().count();
    job.progress.clear();
    if (!ended.ok()) {
      job.state = absl::IsCancelled(ended.status()) ? JobState::kCancelled : JobState::kFailed;
      job.error = ended.status();
      return;
    }
    job.error = ended->artifacts;
    job.end = ended->ended.end;
    job.end_reason = ended->ended.reason;
    const bool cancelled = *job.end == RunEnd::kInterrupted;
    const bool completed = *job.end == RunEnd::kCompleted;
    job.state = cancelled ? JobState::kCancelled : completed ? JobState::kDone : JobState::kFailed;
  });
}

}  // namespace specctl::controller
