#include "controller/api/daemon.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <absl/strings/str_format.h>
#include <spdlog/spdlog.h>

#include "common/base/hash.h"
#include "controller/api/controller_file.h"

namespace specctl::controller {
namespace {

// As StopToken counts requests.
constexpr uint32_t kStopDrain = 1, kStopAtOnce = 2;

// Asked twice alike it is asked once.
void RaiseStops(std::atomic<uint32_t>& stops, uint32_t level) {
  uint32_t now = stops.load();
  while (now < level && !stops.compare_exchange_weak(now, level)) {
  }
}

absl::Status NoSuchJob(std::string_view id) {
  return absl::NotFoundError(absl::StrFormat(
      "job %s: there is none of this id on the controller; specctl list shows all", id));
}

}  // namespace

Daemon::Daemon(Options options, JobStore store, std::vector<Job> jobs, Fleet& fleet)
    : options_(std::move(options)), fleet_(fleet), store_(std::move(store)) {
  if (!jobs.empty()) agents_expected_until_ = MonoNow() + kRejoinPatience;
  MutexLock lock(mu_);
  for (Job& job : jobs) {
    Entry entry{.job = std::move(job),
                .stops = std::make_shared<std::atomic<uint32_t>>(0),
                .stop_cause = std::make_shared<std::atomic<StopCause>>(StopCause::kUser)};
    if (entry.job.state == JobState::kQueued && entry.job.has_secrets) {
      entry.job.state = JobState::kNeedsSecret;
    }
    if (entry.job.state == JobState::kRunning && resumes_) {
      entry.job.state = JobState::kFailed;
      entry.job.error = absl::InternalError("a controller whose disk failed left it behind");
    }
    if (entry.job.state == JobState::kRunning) resumes_ = entry.job.id;
    const std::string id = entry.job.id;
    entries_.emplace(id, std::move(entry));
  }
}

bool Daemon::AnyRunning(const std::vector<Job>& jobs) {
  return std::any_of(jobs.begin(), jobs.end(),
                     [](const Job& job) { return job.state == JobState::kRunning; });
}

void Daemon::Start() {
  worker_ = std::thread([this] { Work(); });
}

Daemon::~Daemon() {
  EndRun();
  if (worker_.joinable()) worker_.join();
}

// --- what clients ask ---------------------------------------------------------------------------

absl::StatusOr<Job> Daemon::Submit(Job submitted, OrderSecrets secrets,
                                   std::string_view order_gzip) {
  // What else a job has is the daemon's to say.
  Job job{.id = std::move(submitted.id),
          .kind = submitted.kind,
          .command = std::move(submitted.command),
          .submitter = std::move(submitted.submitter),
          .specctl_version = std::move(submitted.specctl_version),
          .wait_agents = submitted.wait_agents};
  if (job.specctl_version != options_.specctl_version) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the controller is specctl %s and this is specctl %s: install the same version on both",
        options_.specctl_version, job.specctl_version));
  }
  if (auto checked = CheckOrder(job, order_gzip); !checked.ok()) return checked;
  job.order_sha256 = Sha256Hex(order_gzip);
  job.has_secrets = !secrets.empty();
  job.state = JobState::kQueued;
  job.created_unix_ns = UnixNow().time_since_epoch().count();
  const std::string id = job.id;
  {
    MutexLock lock(mu_);
    if (const auto at = entries_.find(id); at != entries_.end()) {
      if (at->second.hidden) return absl::UnavailableError("job " + id + ": it is being made");
      return Resubmit(at->second, job, std::move(secrets));
    }
    if (ends_asked_ > 0) return absl::UnavailableError("the controller is shutting down");
    if (entries_.size() >= options_.jobs_max) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("the controller keeps %d jobs already; remove some with specctl rm ID",
                          options_.jobs_max));
    }
    Entry entry{.job = job,
                .secrets = std::move(secrets),
                .stops = std::make_shared<std::atomic<uint32_t>>(0),
                .stop_cause = std::make_shared<std::atomic<StopCause>>(StopCause::kUser),
                .hidden = true};
    entries_.emplace(id, std::move(entry));
  }
  // Not under the lock, which the run that is on needs.
  const absl::Status added = store_.AddJob(job, order_gzip);
  MutexLock lock(mu_);
  const auto at = entries_.find(id);
  if (!added.ok()) {
    entries_.erase(at);
    return added;
  }
  at->second.hidden = false;
  changed_.notify_all();
  return Described(at->second);
}

absl::Status Daemon::CheckOrder(const Job& job, std::string_view order_gzip) {
  MutexLock lock(unpacking_);
  if (job.kind == JobKind::kSweep) {
    const auto order = UnpackSweepOrder(order_gzip);
    return order.ok() ? CheckNamedPrompts(*order, options_.dataset_dir) : order.status();
  }
  const auto order = UnpackOrder(order_gzip);
  if (!order.ok()) return order.status();
  if (order->spec.run_id != job.id) {
    return absl::InvalidArgumentError(
        absl::StrFormat("order: it is of run %s, and the job is %s", order->spec.run_id, job.id));
  }
  const auto* const named = std::get_if<DatasetRequest>(&order->prompts);
  return named == nullptr ? absl::OkStatus() : CheckNamedPrompts(*named, options_.dataset_dir);
}

absl::StatusOr<Job> Daemon::Resubmit(Entry& entry, const Job& job, OrderSecrets secrets) {
  if (entry.job.order_sha256 != job.order_sha256 || entry.job.kind != job.kind) {
    return absl::AlreadyExistsError(
        absl::StrFormat("job %s: another one of this id was submitted before", job.id));
  }
  if (!IsWaiting(entry.job.state) || secrets.empty()) return Described(entry);
  entry.secrets = std::move(secrets);
  if (entry.job.state == JobState::kQueued && entry.job.has_secrets) return Described(entry);
  entry.job.state = JobState::kQueued;
  entry.job.has_secrets = true;
  Store(entry);
  return Described(entry);
}

const Daemon::Entry* Daemon::Find(std::string_view id) const {
  const auto at = entries_.find(id);
  return at == entries_.end() || at->second.hidden ? nullptr : &at->second;
}

Daemon::Entry* Daemon::Find(std::string_view id) {
  const auto at = entries_.find(id);
  return at == entries_.end() || at->second.hidden ? nullptr : &at->second;
}

absl::StatusOr<Job> Daemon::Get(std::string_view id) const {
  MutexLock lock(mu_);
  const Entry* entry = Find(id);
  if (entry == nullptr) return NoSuchJob(id);
  return Described(*entry);
}

std::vector<Job> Daemon::List() const {
  MutexLock lock(mu_);
  std::vector<Job> jobs;
  for (const auto& [id, entry] : entries_) {
    if (!entry.hidden) jobs.push_back(Described(entry));
  }
  std::sort(jobs.begin(), jobs.end(),
            [](const Job& a, const Job& b) { return PlaceInQueue(a) < PlaceInQueue(b); });
  return jobs;
}

Job Daemon::Described(const Entry& entry) const {
  Job job = entry.job;
  if (!IsWaiting(job.state)) return job;
  job.jobs_before = static_cast<uint32_t>(
      std::count_if(entries_.begin(), entries_.end(), [&job](const auto& other) {
        const Job& one = other.second.job;
        const bool before = PlaceInQueue(one) < PlaceInQueue(job);
        if (other.second.hidden) return false;
        return one.state == JobState::kRunning || (one.state == JobState::kQueued && before);
      }));
  return job;
}

absl::StatusOr<Job> Daemon::Cancel(std::string_view id, bool at_once) {
  MutexLock lock(mu_);
  Entry* entry = Find(id);
  if (entry == nullptr) return NoSuchJob(id);
  if (IsWaiting(entry->job.state)) {
    entry->job.state = JobState::kCancelled;
    entry->job.ended_unix_ns = UnixNow().time_since_epoch().count();
    entry->secrets.reset();
    Store(*entry);
  } else if (!IsOver(entry->job.state)) {
    entry->cancelled = true;
    RaiseStops(*entry->stops, at_once ? kStopAtOnce : kStopDrain);
  }
  return Described(*entry);
}

absl::Status Daemon::Remove(std::string_view id) {
  {
    MutexLock lock(mu_);
    Entry* entry = Find(id);
    if (entry == nullptr) return NoSuchJob(id);
    if (!IsOver(entry->job.state)) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "job %s is %s: cancel it first (specctl cancel %s)", id, NameOf(entry->job.state), id));
    }
    entry->hidden = true;
  }
  const absl::Status removed = store_.RemoveJob(id);
  MutexLock lock(mu_);
  const auto at = entries_.find(id);
  if (removed.ok()) {
    entries_.erase(at);
  } else {
    at->second.hidden = false;
  }
  changed_.notify_all();
  return removed;
}

absl::StatusOr<Daemon::View> Daemon::Await(std::string_view id, const View& seen,
                                           Nanos patience) const {
  const MonoTime deadline = MonoNow() + patience;
  std::unique_lock<Mutex> lock(mu_);
  for (;;) {
    const auto look = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::StatusOr<View> {
      const Entry* entry = Find(id);
      if (entry == nullptr) return NoSuchJob(id);
      return View{.job = Described(*entry),
                  .version = entry->version,
                  .run_folder = entry->run_folder,
                  .journal_bytes = entry->journal_bytes};
    };
    auto view = look();
    const bool news = !view.ok() || view->version != seen.version ||
                      view->run_folder != seen.run_folder ||
                      view->journal_bytes != seen.journal_bytes;
    if (news || changed_.wait_until(lock, deadline) == std::cv_status::timeout) return view;
  }
}

std::shared_ptr<const RunSnapshot> Daemon::snapshot() const {
  MutexLock lock(mu_);
  return snapshot_;
}

void Daemon::EndRun() {
  MutexLock lock(mu_);
  ++ends_asked_;
  for (auto& [id, entry] : entries_) {
    if (entry.job.state != JobState::kRunning) continue;
    if (*entry.stops == 0) *entry.stop_cause = StopCause::kControllerEnds;
    RaiseStops(*entry.stops, ends_asked_ > 1 ? kStopAtOnce : kStopDrain);
  }
  changed_.notify_all();
}

void Daemon::Store(Entry& entry) {
  ++entry.version;
  if (auto saved = store_.SaveJob(entry.job); !saved.ok()) {
    spdlog::error("controller: job {}: {}", entry.job.id, std::string(saved.message()));
  }
  changed_.notify_all();
}

bool Daemon::idle() const {
  MutexLock lock(mu_);
  return ends_asked_ > 0 && std::none_of(entries_.begin(), entries_.end(), [](const auto& entry) {
           return entry.second.job.state == JobState::kRunning;
         });
}

}  // namespace specctl::controller
