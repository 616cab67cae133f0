#include "controller/api/job_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/report/output_file.h"
#include "controller/api/job_codec.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kJobFile = "job.pb";
constexpr std::string_view kOrderFile = "order.pb.gz";

absl::Status StoreFailure(const std::string& path, std::string_view what) {
  return absl::InternalError(absl::StrFormat("%s: %s: %s", path, what, std::strerror(errno)));
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrFormat("%s: can't be read", path));
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

absl::Status WriteToDisk(const std::string& path, std::string_view bytes) {
  auto file = OutputFile::Create(path);
  if (!file.ok()) return file.status();
  file->Append(bytes);
  return file->CommitToDisk();
}

// The names in a folder are on disk.
absl::Status SyncFolder(const std::string& path) {
  const UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return StoreFailure(path, "sync failed");
  return absl::OkStatus();
}

std::string RecordOf(Job job) {
  // What a later life would not know to be so.
  job.progress.clear();
  job.jobs_before = 0;
  return EncodeJob(job).SerializeAsString();
}

}  // namespace

absl::StatusOr<JobStore> JobStore::Open(const std::string& path) {
  std::error_code error;
  fs::create_directories(path + "/jobs", error);
  if (error) {
    return absl::InternalError(
        absl::StrFormat("--data %s: can't be created: %s", path, error.message()));
  }
  const std::string lock_path = path + "/lock";
  UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0) return StoreFailure(lock_path, "can't be opened");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("--data %s: another specctl controller is at work in this folder", path));
  }
  JobStore store(path, std::move(lock));
  store.RemoveUnfinished();
  return store;
}

void JobStore::RemoveUnfinished() {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_ + "/jobs", error)) {
    if (entry.path().filename().string().starts_with('.')) fs::remove_all(entry.path(), error);
  }
}

std::string JobStore::FolderOf(std::string_view id) const {
  return absl::StrFormat("%s/jobs/%s", path_, id);
}

absl::StatusOr<std::vector<Job>> JobStore::ReadJobs(std::vector<std::string>& unreadable) const {
  std::vector<Job> jobs;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_ + "/jobs", error)) {
    const std::string id = entry.path().filename().string();
    if (!IsJobId(id)) continue;  // of a job that was never whole
    const std::string record = FolderOf(id) + "/" + std::string(kJobFile);
    const auto bytes = ReadWhole(record);
    v1::Job parsed;
    const bool whole = bytes.ok() && parsed.ParseFromString(*bytes);
    auto job = whole ? DecodeJob(parsed) : absl::StatusOr<Job>(absl::DataLossError(record));
    if (job.ok() && job->id == id) {
      jobs.push_back(*std::move(job));
    } else {
      unreadable.push_back(record);
    }
  }
  if (error) {
    return absl::InternalError(
        absl::StrFormat("%s/jobs: can't be read: %s", path_, error.message()));
  }
  std::sort(jobs.begin(), jobs.end(),
            [](const Job& a, const Job& b) { return PlaceInQueue(a) < PlaceInQueue(b); });
  return jobs;
}

absl::Status JobStore::AddJob(const Job& job, std::string_view order_gzip) {
  const std::string folder = FolderOf(job.id);
  std::error_code error;
  if (fs::exists(folder, error)) {
    return absl::AlreadyExistsError(absl::StrFormat("job %s: there is one of this id", job.id));
  }
  // Under a name that is no id until it is whole.
  const std::string making = absl::StrFormat("%s/jobs/.new-%s", path_, job.id);
  fs::remove_all(making, error);
  if (!fs::create_directory(making, error)) {
    return absl::InternalError(
        absl::StrFormat("%s: can't be created: %s", making, error.message()));
  }
  const std::string record = RecordOf(job);
  absl::Status written = WriteToDisk(absl::StrFormat("%s/%s", making, kOrderFile), order_gzip);
  if (written.ok()) written = WriteToDisk(absl::StrFormat("%s/%s", making, kJobFile), record);
  if (written.ok()) written = SyncFolder(making);
  if (written.ok() && ::rename(making.c_str(), folder.c_str()) != 0) {
    written = StoreFailure(folder, "can't be created");
  }
  if (!written.ok()) {
    fs::remove_all(making, error);
    return written;
  }
  return SyncFolder(path_ + "/jobs");
}

absl::Status JobStore::SaveJob(const Job& job) {
  const std::string folder = FolderOf(job.id);
  const absl::Status written =
      WriteToDisk(absl::StrFormat("%s/%s", folder, kJobFile), RecordOf(job));
  return written.ok() ? SyncFolder(folder) : written;
}

absl::StatusOr<std::string> JobStore::ReadOrder(std::string_view id) const {
  return ReadWhole(absl::StrFormat("%s/%s", FolderOf(id), kOrderFile));
}

absl::Status JobStore::RemoveJournal(std::string_view id) {
  const std::string path = FolderOf(id) + "/journal.pb";
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return StoreFailure(path, "can't be removed");
  }
  return SyncFolder(FolderOf(id));
}

absl::Status JobStore::RemoveJob(std::string_view id) {
  // Out of sight first: a folder that is half removed is no job.
  const std::string folder = FolderOf(id);
  const std::string away = absl::StrFormat("%s/jobs/.old-%s", path_, id);
  if (::rename(folder.c_str(), away.c_str()) != 0) {
    return StoreFailure(folder, "can't be removed");
  }
  // What can't be removed now is at the next start.
  std::error_code ignored;
  fs::remove_all(away, ignored);
  return SyncFolder(path_ + "/jobs");
}

}  // namespace specctl::controller
