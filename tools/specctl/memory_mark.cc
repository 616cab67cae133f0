#include "tools/specctl/memory_mark.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/base/boot_id.h"
#include "common/base/cgroup.h"
#include "common/base/unique_fd.h"

namespace specctl::cli {
namespace {

constexpr double kNearLimit = 0.9;
constexpr uint64_t kLimitMax = uint64_t{1} << 60;  // version 1 has no word for "none"

// The first of the names that the innermost group has; 0 where it is no number ("max").
uint64_t ReadBytes(const std::string& root, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::vector<std::string> files =
        FindCgroupFiles({.controller = "memory", .name = name, .root = root});
    if (files.empty()) continue;
    uint64_t bytes = 0;
    std::ifstream(files.front()) >> bytes;
    return bytes > kLimitMax ? 0 : bytes;
  }
  return 0;
}

std::string FileName(std::string name) {
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.') c = '_';
  }
  return "specctl-agent-" + name + ".memory";
}

// The folder may be everybody's: no link is followed, and only an own file is believed.
UniqueFd OpenOwn(const std::string& path, int flags) {
  UniqueFd file(::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600));
  struct stat facts {};
  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) return UniqueFd();
  return S_ISREG(facts.st_mode) && facts.st_uid == ::geteuid() ? std::move(file) : UniqueFd();
}

std::string ReadNote(const std::string& path) {
  const UniqueFd file = OpenOwn(path, O_RDONLY);
  std::array<char, 256> bytes{};
  const ssize_t got = file.get() < 0 ? 0 : ::read(file.get(), bytes.data(), bytes.size());
  return got <= 0 ? "" : std::string(bytes.data(), static_cast<size_t>(got));
}

std::string EndByNote(const std::string& note) {
  std::istringstream in(note);
  std::string boot_id;
  uint64_t used = 0, limit = 0;
  // After a restart of the machine it is of no process that was killed.
  if (!(in >> boot_id >> used >> limit) || boot_id != ReadBootId() || limit == 0) return "";
  const bool near = static_cast<double>(used) >= kNearLimit * static_cast<double>(limit);
  constexpr uint64_t kMiB = 1 << 20;
  return absl::StrFormat("was killed%s: its container used %d of %d MiB",
                         near ? ", for want of memory as it seems (OOM)" : "", used / kMiB,
                         limit / kMiB);
}

}  // namespace

MemoryMark::MemoryMark(const Options& options)
    : path_(options.folder + "/" + FileName(options.name)),
      root_(options.root),
      predecessor_end_(EndByNote(ReadNote(path_))),
      limit_bytes_(ReadBytes(root_, {"memory.max", "memory.limit_in_bytes"})) {
  if (limit_bytes_ == 0) return;
  Write();
  writer_ = std::jthread([this, interval = options.interval](const std::stop_token& ending) {
    WriteOn(ending, interval);
  });
}

MemoryMark::~MemoryMark() {
  if (!writer_.joinable()) return;
  writer_.request_stop();
  writer_.join();
  ::unlink(path_.c_str());
}

void MemoryMark::WriteOn(const std::stop_token& ending, Nanos interval) const {
  std::mutex mu;
  std::unique_lock lock(mu);
  std::condition_variable_any timer;
  const auto over = [&ending] { return ending.stop_requested(); };
  while (!timer.wait_for(lock, ending, interval, over)) Write();
}

// Not to the disk: it has to outlive this process, not the machine.
void MemoryMark::Write() const {
  const UniqueFd file = OpenOwn(path_, O_WRONLY | O_CREAT);
  if (file.get() < 0) return;
  const std::string note =
      absl::StrFormat("%s %d %d\n", ReadBootId(),
                      ReadBytes(root_, {"memory.current", "memory.usage_in_bytes"}), limit_bytes_);
  // One that is not written leaves the one before, which is as true as it was.
  if (::pwrite(file.get(), note.data(), note.size(), 0) != static_cast<ssize_t>(note.size()) ||
      ::ftruncate(file.get(), static_cast<off_t>(note.size())) != 0) {
    ::unlink(path_.c_str());
  }
}

}  // namespace specctl::cli
