#include "controller/metrics_files/metrics_folder.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/engine/request_metrics_log.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;
using FileSizes = std::map<std::string, uint64_t>;

absl::StatusOr<FileSizes> ListFiles(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  FileSizes sizes;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!IsRequestMetricsLog(name)) continue;
    std::error_code unreadable;
    const uint64_t bytes = entry->file_size(unreadable);
    if (!unreadable) sizes[name] = bytes;
  }
  if (!error) return sizes;
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s: can't list the folder of SGLang's request metrics: %s", folder, error.message()));
}

// The server still writes the last line, or will write more: until then.
absl::StatusOr<FileSizes> SettledFiles(const std::string& folder) {
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(MetricsFolder::kWaitMaxMs);
  absl::StatusOr<FileSizes> before = ListFiles(folder);
  while (before.ok() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(MetricsFolder::kEveryMs));
    absl::StatusOr<FileSizes> now = ListFiles(folder);
    if (!now.ok() || *now == *before) return now;
    before = std::move(now);
  }
  return before;
}

absl::StatusOr<std::string> ReadFrom(const std::string& path, uint64_t offset, uint64_t bytes) {
  std::string text(bytes, '\0');
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(text.data(), static_cast<std::streamsize>(bytes));
  if (in.bad() || !in.is_open()) {
    return absl::UnavailableError(absl::StrFormat("%s: can't be read", path));
  }
  text.resize(static_cast<size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

void AddResponses(RequestMetricsLog log, std::vector<StatisticsRead>& pieces) {
  pieces.back().undecodable_lines += log.undecodable_lines;
  if (log.torn_bytes > 0) ++pieces.back().torn_files;
  for (LoggedResponse& response : log.responses) {
    if (pieces.back().responses.size() == MetricsFolder::kResponsesMax) {
      pieces.push_back({.folder = pieces.back().folder});
    }
    pieces.back().responses.push_back(std::move(response));
  }
}

}  // namespace

absl::StatusOr<MetricsFolder> MetricsFolder::Open(const std::string& folder) {
  auto sizes = ListFiles(folder);
  if (!sizes.ok()) return sizes.status();
  MetricsFolder opened(folder);
  opened.bytes_before_ = *std::move(sizes);
  return opened;
}

std::vector<StatisticsRead> MetricsFolder::ReadAppended() const {
  std::vector<StatisticsRead> pieces = {{.folder = folder_}};
  const auto files = SettledFiles(folder_);
  if (!files.ok()) {
    pieces.back().error = std::string(files.status().message());
    return pieces;
  }
  for (const auto& [name, bytes] : *files) {
    const auto before = bytes_before_.find(name);
    // A file that is shorter than it was is another one.
    const uint64_t offset =
        before == bytes_before_.end() || before->second > bytes ? 0 : before->second;
    if (offset == bytes) continue;
    auto text = ReadFrom((fs::path(folder_) / name).string(), offset, bytes - offset);
    if (!text.ok()) {
      pieces.back().error = std::string(text.status().message());
      continue;
    }
    ++pieces.back().files;
    AddResponses(ReadRequestMetricsLog(*text), pieces);
  }
  return pieces;
}

}  // namespace specctl::controller
