// Job: a run or a sweep as an object of the daemon's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/status/status.h>

#include "common/base/clock.h"
#include "common/journal/event.h"

namespace specctl::controller {

enum class JobState {
  kQueued,
  kNeedsSecret,  // queued, and what was kept in memory alone was lost with a controller
  kRunning,
  kDone,
  kFailed,
  kCancelled,
};

enum class JobKind { kRun, kSweep };
std::string_view NameOf(JobKind kind);  // "run", "sweep"

// "queued", "needs_secret", "running", "done", "failed", "cancelled".
std::string_view NameOf(JobState state);
inline bool IsOver(JobState state) { return state >= JobState::kDone; }
// It waits for its turn, or for what it lacks.
inline bool IsWaiting(JobState state) { return state < JobState::kRunning; }

struct Job {
  std::string id;  // IsJobId(); a run's is the run's
  JobKind kind = JobKind::kRun;
  JobState state = JobState::kQueued;
  int64_t created_unix_ns = 0;
  int64_t begun_unix_ns = 0, ended_unix_ns = 0;  // 0: not yet
  std::string command;                           // as it was typed, without secrets
  std::string submitter;                         // user@host
  std::string specctl_version;                   // of the submitter
  std::string order_sha256;                      // of the order as it was sent
  bool has_secrets = false;                      // it was submitted with some
  Nanos wait_agents{0};                          // for how long agents may be missing
  absl::Status error;                            // of one that failed: why
  std::optional<RunEnd> end;                     // of one that began and ended
  std::string end_reason;
  // Of one that has not ended; in no file.
  std::string progress;      // what it waits for, in words
  uint32_t jobs_before = 0;  // in the queue
};

// Orders jobs as the queue has them.
inline std::pair<int64_t, std::string_view> PlaceInQueue(const Job& job) {
  return {job.created_unix_ns, job.id};
}

// Names a folder and nothing else: 1 to 64 of A-Z a-z 0-9 . _ -, the first one no dot or dash.
bool IsJobId(std::string_view id);
// INVALID_ARGUMENT: it is none; says what one is.
absl::Status CheckJobId(std::string_view id);

}  // namespace specctl::controller
