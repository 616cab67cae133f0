#include "tools/specctl/run_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <boost/json.hpp>

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFoldersMax = 10'000;        // looked into; more are no runs of one person
constexpr size_t kRunFileBytesMax = 1 << 20;  // run.json is some kilobytes
constexpr size_t kRunsNamedMax = 3;

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// Folders in `dir` with a journal, by name.
std::vector<fs::path> RunsIn(const fs::path& dir) {
  std::vector<fs::path> runs;
  std::error_code error;
  size_t seen = 0;
  for (fs::directory_iterator entry(dir, error), end; !error && entry != end && seen < kFoldersMax;
       entry.increment(error), ++seen) {
    std::error_code ignored;  // what can't be looked into is no run
    if (fs::is_regular_file(entry->path() / "journal.pb", ignored)) runs.push_back(entry->path());
  }
  // Folders named by id sort by time: the last are the latest.
  std::sort(runs.begin(), runs.end());
  return runs;
}

std::string IdOf(const fs::path& run) {
  const fs::path path = run / "run.json";
  std::error_code error;
  // Any folder may hold a file of that name.
  if (const auto size = fs::file_size(path, error); error || size > kRunFileBytesMax) return "";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  boost::json::error_code bad;
  const boost::json::value parsed = boost::json::parse(text, bad);
  const auto* fields = bad ? nullptr : parsed.if_object();
  const auto* id = fields == nullptr ? nullptr : fields->if_contains("run_id");
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : "";
}

absl::Status NoSuchRun(const std::string& run, const std::vector<fs::path>& runs) {
  std::string text = absl::StrFormat(
      "%s: no such run: neither a folder nor the id of a run here or in runs/", run);
  std::vector<std::string> last;
  for (size_t i = runs.size() - std::min(runs.size(), kRunsNamedMax); i < runs.size(); ++i) {
    last.push_back(runs[i].string());
  }
  if (!last.empty()) text += "; the latest are " + absl::StrJoin(last, ", ");
  return absl::NotFoundError(text);
}

}  // namespace

absl::StatusOr<std::string> FindRun(const std::string& run) {
  // An id has no slash: what has one was meant as a path.
  const bool is_path = run.empty() || run.find('/') != std::string::npos;
  if (is_path || IsFolder(run)) return run;  // whoever reads it says what is wrong with it
  const fs::path by_id = fs::path("runs") / run;
  // Where a run goes without --output-dir: no need to look into every folder.
  if (IsFolder(by_id)) return by_id.string();
  const std::vector<fs::path> runs = RunsIn("runs");
  for (const std::vector<fs::path>& folders : {RunsIn("."), runs}) {
    const auto found = std::find_if(folders.begin(), folders.end(),
                                    [&](const fs::path& folder) { return IdOf(folder) == run; });
    if (found != folders.end()) return found->lexically_normal().string();
  }
  return NoSuchRun(run, runs);
}

}  // namespace specctl::cli
