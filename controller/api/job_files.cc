#include "controller/api/job_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <absl/strings/str_format.h>

#include "common/base/unique_fd.h"
#include "common/planning/sweep_json.h"
#include "controller/api/order_limits.h"

namespace specctl::controller {
namespace {

constexpr std::string_view kJournal = "journal.pb";

// NOT_FOUND: it is not there.  INTERNAL: it can't be read.
absl::StatusOr<std::string> ReadStretch(const std::string& path, uint64_t offset, size_t bytes) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string data(bytes, '\0');
  const ssize_t got =
      file.get() < 0 ? -1
                     : ::pread(file.get(), data.data(), data.size(), static_cast<off_t>(offset));
  if (got < 0) {
    const auto code = errno == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kInternal;
    return absl::Status(code, absl::StrFormat("%s: can't be read: %s", path, std::strerror(errno)));
  }
  data.resize(static_cast<size_t>(got));
  return data;
}

// 0: it is not there.
uint64_t SizeOf(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

absl::StatusOr<bool> JobFiles::SendFor(const Daemon::View& view, const Sink& sink) {
  if (view.job.kind == JobKind::kSweep) return SendSweep(view, sink);
  const std::string path(kJournal);
  const bool over = IsOver(view.job.state);
  return SendJournal(path, over ? SizeOf(PathOf(path)) : view.journal_bytes, over, sink);
}

absl::StatusOr<bool> JobFiles::SendJournal(const std::string& path, uint64_t bytes, bool over,
                                           const Sink& sink) {
  uint64_t& sent = sent_[path];
  if (over && sent > bytes) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: it has %d bytes on the controller, and the copy %d: it is of another run", path, bytes,
        sent));
  }
  while (sent < bytes) {
    auto data = ReadStretch(PathOf(path), sent, std::min<uint64_t>(bytes - sent, kOrderPartBytes));
    if (!data.ok()) return data.status();
    if (data->empty()) return true;
    v1::WatchPart part;
    part.mutable_file()->set_path(path);
    part.mutable_file()->set_offset(sent);
    sent += data->size();
    part.mutable_file()->set_data(*std::move(data));
    if (!sink(part)) return false;
  }
  return true;
}

absl::StatusOr<bool> JobFiles::SendSweep(const Daemon::View& view, const Sink& sink) {
  const std::string name(kSweepFile);
  // Before the journals: those of the runs that it has as over are whole.
  std::ifstream file(PathOf(name), std::ios::binary);
  if (!file) return true;  // it has not come to its first run
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const bool news = text != sweep_json_;
  if (news) {
    if (auto read = ReadRuns(text); !read.ok()) return read;
  }
  for (const RunFile& run : runs_) {
    if (complete_.contains(run.folder)) continue;
    const std::string path = run.folder + "/" + std::string(kJournal);
    const bool is_on = !run.over && view.run_folder == run.folder;
    const uint64_t bytes = run.over ? SizeOf(PathOf(path)) : is_on ? view.journal_bytes : 0;
    // Of a sweep that was begun elsewhere the client has what was measured before.
    if (bytes == 0) continue;
    const auto sent = SendJournal(path, bytes, run.over, sink);
    // An interrupted run is set aside before sweep.json says so.
    if (is_on && absl::IsNotFound(sent.status())) continue;
    if (!sent.ok() || !*sent) return sent;
    if (run.over) complete_.insert(run.folder);
  }
  if (!news) return true;
  sweep_json_ = text;
  return SendText(text, sink);
}

absl::Status JobFiles::ReadRuns(const std::string& sweep_json) {
  const auto sweep = ParseSweep(PathOf(std::string(kSweepFile)), sweep_json);
  if (!sweep.ok()) return absl::InternalError(sweep.status().message());
  runs_.clear();
  const auto add = [this](const auto& run) {
    if (run.folder.empty()) return;
    runs_.push_back({.folder = run.folder, .over = run.state != PointState::kPlanned});
  };
  for (const SweepPoint& point : sweep->points) add(point);
  for (const SweepPair& pair : sweep->pairs) add(pair);
  return absl::OkStatus();
}

bool JobFiles::SendText(const std::string& text, const Sink& sink) const {
  for (size_t at = 0; at < text.size(); at += kOrderPartBytes) {
    v1::WatchPart part;
    part.mutable_file()->set_path(std::string(kSweepFile));
    part.mutable_file()->set_offset(at);
    part.mutable_file()->set_whole_bytes(text.size());
    part.mutable_file()->set_data(text.substr(at, kOrderPartBytes));
    if (!sink(part)) return false;
  }
  return true;
}

}  // namespace specctl::controller
