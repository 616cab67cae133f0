#include "tools/specctl/follow_job.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/clock.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

using controller::Job;
using controller::JobState;

constexpr Nanos kFollowLook = std::chrono::milliseconds(50);
constexpr Nanos kRedialFirst = std::chrono::milliseconds(100);
constexpr Nanos kRedialMax = std::chrono::seconds(5);

// Passes Ctrl-C on to the job, on a thread of its own: the watching waits for the controller.
class Canceller {
 public:
  Canceller(controller::ControlClient& client, const FollowOptions& options)
      : client_(client), job_id_(options.job_id), stop_(options.stop), thread_([this] { Run(); }) {}
  ~Canceller() {
    done_ = true;
    thread_.join();
  }

  // The user waits no longer, and the controller is not reached.
  bool gave_up() const { return gave_up_; }

 private:
  void Run() {
    for (uint32_t told = 0; !done_; std::this_thread::sleep_for(kFollowLook)) {
      const uint32_t asked = stop_.requests();
      if (asked == told) continue;
      const auto job = client_.Cancel(job_id_, /*at_once=*/asked > 1);
      if (job.ok()) {
        told = asked;
      } else if (asked > 1) {
        gave_up_ = true;
        client_.StopWatching();
      }
    }
  }

  controller::ControlClient& client_;
  const std::string job_id_;
  const controller::StopToken stop_;
  std::atomic<bool> done_{false}, gave_up_{false};
  std::thread thread_;
};

class Follower {
 public:
  Follower(controller::ControlClient& client, const FollowOptions& options)
      : client_(client), options_(options), canceller_(client, options) {}

  absl::StatusOr<Job> Follow();

 private:
  absl::Status WatchOnce();
  void OnJob(const Job& job);
  // Waits before the next attempt; false: the user waits no longer.
  bool Pause();

  controller::ControlClient& client_;
  const FollowOptions& options_;
  Canceller canceller_;
  std::optional<Job> job_;   // as this watch has it
  std::optional<Job> told_;  // as the user was told of it
  absl::Status failure_;     // of the copy
  Nanos redial_in_ = kRedialFirst;
  bool outage_told_ = false;
};

absl::StatusOr<Job> Follower::Follow() {
  for (;;) {
    job_.reset();
    const absl::Status ended = WatchOnce();
    options_.copy.ClearView();
    if (!failure_.ok()) return failure_;
    if (ended.ok() && job_ && IsOver(job_->state)) return *job_;
    absl::Status attempt = ended;
    if (job_ && job_->state == JobState::kNeedsSecret && options_.resubmit) {
      attempt = options_.resubmit();
      if (attempt.ok()) continue;
    }
    const bool broken = absl::IsUnavailable(attempt) || absl::IsCancelled(attempt) ||
                        absl::IsDeadlineExceeded(attempt) || absl::IsUnknown(attempt);
    if (!attempt.ok() && !broken) return attempt;
    if (!attempt.ok() && !std::exchange(outage_told_, true)) {
      Say(absl::StrFormat("%s; it goes on there; dialling again", std::string(attempt.message())));
    }
    if (!Pause()) {
      return absl::CancelledError(
          absl::StrFormat("the controller is not reached, and it may go on there; to see: %s",
                          options_.attach_command));
    }
  }
}

bool Follower::Pause() {
  const MonoTime first = MonoNow() + kRedialFirst;
  const MonoTime until = MonoNow() + redial_in_;
  redial_in_ = std::min(redial_in_ * 2, kRedialMax);
  while (MonoNow() < until && !canceller_.gave_up()) {
    // One that is there and answers with an error is not asked without a pause.
    if (client_.AwaitConnection(kFollowLook) && MonoNow() >= first) break;
    std::this_thread::sleep_for(kFollowLook);
  }
  return !canceller_.gave_up();
}

absl::Status Follower::WatchOnce() {
  const auto held = options_.copy.Held();
  if (!held.ok()) return failure_ = held.status();
  const controller::ControlClient::Watcher watcher{.on_job = [this](const Job& job) { OnJob(job); },
                                                   .on_file =
                                                       [this](const controller::FileBytes& bytes) {
                                                         failure_ = options_.copy.Take(bytes);
                                                         return failure_.ok();
                                                       }};
  return client_.Watch(options_.job_id, *held, /*follow=*/true, watcher);
}

void Follower::OnJob(const Job& job) {
  // It is reached.
  redial_in_ = kRedialFirst;
  outage_told_ = false;
  job_ = job;
  if (job.state == JobState::kNeedsSecret && options_.resubmit) return client_.StopWatching();
  const bool news = !told_ || told_->progress != job.progress || told_->state != job.state;
  told_ = job;
  if (!news) return;
  if (job.state == JobState::kQueued && job.jobs_before > 0) {
    options_.copy.ClearView();
    Say(absl::StrFormat("queued: %d before this one", job.jobs_before));
  }
  if (job.state == JobState::kNeedsSecret) {
    options_.copy.ClearView();
    Say("it waits for the key or headers that it was submitted with, which the controller lost "
        "when it was restarted: cancel it and submit it again");
  }
  if (!job.progress.empty()) {
    options_.copy.ClearView();
    Say(job.progress);
  }
}

}  // namespace

absl::StatusOr<Job> FollowJob(controller::ControlClient& client, const FollowOptions& options) {
  return Follower(client, options).Follow();
}

}  // namespace specctl::cli
