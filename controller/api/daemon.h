// Daemon: jobs, one after another, on the fleet that is attached.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/mutex.h"
#include "controller/api/job.h"
#include "controller/api/job_store.h"
#include "controller/api/order_codec.h"
#include "controller/api/order_runner.h"
#include "controller/api/sweep_order.h"
#include "controller/fleet/fleet.h"
#include "controller/run/run_observer.h"

namespace specctl::controller {

// Thread-safe.  What it says of a job is on disk before it is said.
class Daemon {
 public:
  // Agents of an earlier life redial after 5 s at the latest.
  static constexpr Nanos kRejoinPatience = std::chrono::seconds(15);

  struct Options {
    std::string specctl_version;
    size_t jobs_max = 1'000;                 // kept, over or not
    std::string dataset_dir;                 // of prompts that runs may name; empty: none
    Nanos drain = std::chrono::seconds(10);  // what is in flight at an interruption gets this long
  };

  // Takes up `jobs`, the store's: those that wait go on waiting (without their secrets, if they
  // have any), the one that ran goes on.  The fleet, which must outlive it, was started to resume
  // where one ran (AnyRunning).  Nothing runs before Start().
  Daemon(Options options, JobStore store, std::vector<Job> jobs, Fleet& fleet);
  static bool AnyRunning(const std::vector<Job>& jobs);
  // As EndRun(), then waits for the run's end.
  ~Daemon();
  void Start();

  // Queues a job.  One that is known with the same order gets its secrets again, if it waits, and
  // nothing else happens: so a submission may be repeated.
  // ALREADY_EXISTS       another order has this id
  // FAILED_PRECONDITION  it is of another version of specctl
  // RESOURCE_EXHAUSTED   `jobs_max` are kept
  // INVALID_ARGUMENT     the order can't be read
  // others               as CheckNamedPrompts()
  absl::StatusOr<Job> Submit(Job job, OrderSecrets secrets, std::string_view order_gzip);
  // NOT_FOUND, naming the id, here and below.
  absl::StatusOr<Job> Get(std::string_view id) const;
  std::vector<Job> List() const;  // oldest first
  // One that waits is over then; one that runs drains, or (`at_once`) stops.  One that is over
  // stays as it is.  May be repeated.
  absl::StatusOr<Job> Cancel(std::string_view id, bool at_once);
  // FAILED_PRECONDITION  it is not over
  absl::Status Remove(std::string_view id);

  // A job, and how much of the journal that grows may be read: what is on disk.
  struct View {
    Job job;
    uint64_t version = 0;    // another one whenever the job has changed
    std::string run_folder;  // of the run that is on, in the job's; empty: the job's own
    uint64_t journal_bytes = 0;
  };
  // Waits at most `patience` for the job to be other than `seen`.
  absl::StatusOr<View> Await(std::string_view id, const View& seen, Nanos patience) const;
  std::string FolderOf(std::string_view id) const { return store_.FolderOf(id); }

  // Of the run that is on; nullptr: none is.
  std::shared_ptr<const RunSnapshot> snapshot() const;
  // Nothing begins any more, and the run that is on drains; asked again, it stops at once.  One
  // that has not come to T0 waits for the next controller.
  void EndRun();
  // EndRun() was called, and nothing runs any more.
  bool idle() const;

 private:
  struct Entry {
    Job job;
    uint64_t version = 1;
    std::optional<OrderSecrets> secrets;  // of one that waits
    std::string run_folder;               // as View's
    uint64_t journal_bytes = 0;
    std::shared_ptr<std::atomic<uint32_t>> stops;  // as StopToken counts them; 2 at most
    std::shared_ptr<std::atomic<StopCause>> stop_cause;
    bool cancelled = false;  // by a client
    bool hidden = false;     // its folder is being made, or removed: nobody sees it
  };
  class Observer;

  absl::Status CheckOrder(const Job& job, std::string_view order_gzip);
  void ResumeJob(const std::string& id);
  absl::StatusOr<OrderEnd> ResumeRunJob(const std::string& id);
  // ABORTED: brought up to date, and to be claimed anew.
  absl::StatusOr<OrderEnd> ResumeSweepJob(const std::string& id);
  // Runs `act` as the job that is on.
  template <typename Act>
  auto WithMeans(const std::string& id, const Act& act);
  void Work();
  // Claims the next job: it is running from then on.
  std::optional<std::string> ClaimNext();
  void Claim(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // nullptr: there is none that may be seen.
  const Entry* Find(std::string_view id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Entry* Find(std::string_view id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // What the job's end was for one that is to be run by the next controller.
  bool IsPutOff(const Entry& entry, const absl::StatusOr<OrderEnd>& ended) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void PutOff(const std::string& id);
  void TellRun(const std::string& id, const std::string& folder);
  void TellProgress(const std::string& id, std::string text);
  void RunJob(const std::string& id);
  void EndJob(const std::string& id, const absl::StatusOr<OrderEnd>& ended);
  // What was ordered, by `unpack`, with its secrets.
  template <typename Order>
  absl::StatusOr<Order> OrderOf(const std::string& id,
                                absl::StatusOr<Order> (*unpack)(std::string_view order_gzip));
  // Changes the job, on disk as well, and wakes who waits.  Where the disk refuses, the log says so
  // and the job changes all the same.
  template <typename Change>
  void Update(std::string_view id, const Change& change);
  void Store(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<Job> Resubmit(Entry& entry, const Job& job, OrderSecrets secrets)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Job Described(const Entry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  Fleet& fleet_;
  mutable Mutex mu_;
  mutable std::condition_variable_any changed_;
  JobStore store_;  // a job's folder is of who claims or hides it
  std::map<std::string, Entry, std::less<>> entries_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const RunSnapshot> snapshot_ ABSL_GUARDED_BY(mu_);
  uint32_t ends_asked_ ABSL_GUARDED_BY(mu_) = 0;
  MonoTime agents_expected_until_;      // those of an earlier life are on their way until then
  Mutex unpacking_;                     // one order at a time, which may be large
  std::optional<std::string> resumes_;  // the job that ran; of the worker
  std::thread worker_;
};

}  // namespace specctl::controller
