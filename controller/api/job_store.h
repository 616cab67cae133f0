// JobStore: the daemon's folder: its lock, and a folder for each job.
//
//   lock        held by one controller at a time
//   jobs/<id>/  job.pb, order.pb.gz, journal.pb and the run's artifacts
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/unique_fd.h"
#include "controller/api/job.h"

namespace specctl::controller {

// Every write is whole or not there at all, also where the machine stops meanwhile.  Ids are
// IsJobId().  Move-only; not thread-safe.
class JobStore {
 public:
  // Makes the folder where it is missing.
  // FAILED_PRECONDITION  another controller is at work in it
  // INTERNAL             it can't be made, read or written; the text names it
  static absl::StatusOr<JobStore> Open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string FolderOf(std::string_view id) const;

  // All jobs, oldest first.  One whose record can't be read is left where it is and named in
  // `unreadable`.
  absl::StatusOr<std::vector<Job>> ReadJobs(std::vector<std::string>& unreadable) const;
  // A job's folder, with its order.  ALREADY_EXISTS where there is one.
  absl::Status AddJob(const Job& job, std::string_view order_gzip);
  absl::Status SaveJob(const Job& job);
  absl::StatusOr<std::string> ReadOrder(std::string_view id) const;
  // What is there of a run that is to begin anew.
  absl::Status RemoveJournal(std::string_view id);
  // Its folder and all in it.
  absl::Status RemoveJob(std::string_view id);

 private:
  JobStore(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  // What a process that was killed was making or removing.
  void RemoveUnfinished();

  std::string path_;
  UniqueFd lock_;
};

}  // namespace specctl::controller
