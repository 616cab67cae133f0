#include "common/dataset/dataset_locator.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/shell_quote.h"

namespace specctl {
namespace {

namespace fs = std::filesystem;

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The folders inside `dir` where tools put the files of `name`.
std::vector<fs::path> RootsIn(const fs::path& dir, const DatasetName& name) {
  if (name.family == DatasetFamily::kSpeedBench) {
    return {dir, dir / "speed-bench", dir / "speed_bench", dir / "speed"};
  }
  std::string with_dash = name.config;
  std::replace(with_dash.begin(), with_dash.end(), '_', '-');
  std::vector<fs::path> roots = {dir / name.config, dir / with_dash};
  // The user may give the dataset's folder itself; "dir/" and "dir" are the same.
  const std::string last = (dir / "").parent_path().filename().string();
  if (last == name.config || last == with_dash) roots.insert(roots.begin(), dir);
  return roots;
}

std::vector<fs::path> WholeFiles(const fs::path& dir, const DatasetName& name) {
  if (name.family != DatasetFamily::kSpeedBench) {
    std::vector<fs::path> files = {dir / (name.config + ".jsonl"), dir / (name.config + ".json")};
    for (const fs::path& root : RootsIn(dir, name)) files.push_back(root / "question.jsonl");
    return files;
  }
  std::vector<fs::path> files;
  for (const fs::path& root : RootsIn(dir, name)) {
    for (const char* ending : {".jsonl", ".json", "/test.jsonl"}) {
      files.push_back(root / (name.config + ending));
    }
  }
  return files;
}

// Names of the files in `root` that begin with `prefix` and end with `suffix`, sorted.
std::vector<std::string> FilesMatching(const fs::path& root, std::string_view prefix,
                                       std::string_view suffix) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string file = entry->path().filename().string();
    const bool matches = file.size() > prefix.size() + suffix.size() && file.starts_with(prefix) &&
                         file.ends_with(suffix);
    if (matches && IsFile(entry->path())) names.push_back(std::move(file));
  }
  // A directory's order is chance; the rows' order, and with it the checksum, must not be.
  std::sort(names.begin(), names.end());
  return names;
}

// The files of one category or tier: <config>_<category>.jsonl, <config>_<tier>__<sub>.jsonl.
std::vector<DatasetFile> CategoryFiles(const fs::path& root, const std::string& config,
                                       const std::string& category) {
  const std::string stem = config + "_" + category;
  const fs::path single = root / (stem + ".jsonl");
  if (IsFile(single)) return {{.path = single.string(), .category = category, .sub_category = ""}};
  std::vector<DatasetFile> files;
  const std::string prefix = stem + "__";
  constexpr std::string_view kEnding = ".jsonl";
  for (const std::string& file : FilesMatching(root, prefix, kEnding)) {
    files.push_back(
        {.path = (root / file).string(),
         .category = category,
         .sub_category = file.substr(prefix.size(), file.size() - prefix.size() - kEnding.size())});
  }
  return files;
}

std::vector<DatasetFile> FilesIn(const fs::path& dir, const DatasetName& name) {
  // One file with everything comes before files by category.
  for (const fs::path& file : WholeFiles(dir, name)) {
    if (IsFile(file)) return {{.path = file.string(), .category = "", .sub_category = ""}};
  }
  if (name.family != DatasetFamily::kSpeedBench) return {};
  const std::string_view wanted = name.category;
  const auto all = name.isl.empty() ? QualitativeCategories() : EntropyTiers();
  const auto categories = wanted.empty() ? all : std::span(&wanted, 1);
  for (const fs::path& root : RootsIn(dir, name)) {
    std::vector<DatasetFile> files;
    for (const std::string_view category : categories) {
      for (DatasetFile& file : CategoryFiles(root, name.config, std::string(category))) {
        files.push_back(std::move(file));
      }
    }
    // Never from two roots: their rows would be mixed, or doubled.
    if (!files.empty()) return files;
  }
  return {};
}

std::optional<std::string> ParquetIn(const fs::path& dir, const DatasetName& name) {
  std::vector<fs::path> roots = RootsIn(dir, name);
  roots.push_back(dir);
  for (const fs::path& root : roots) {
    for (const char* ending : {".parquet", "/test.parquet"}) {
      const fs::path file = root / (name.config + ending);
      if (IsFile(file)) return file.string();
    }
    const fs::path folder = root / name.config;
    for (const std::string& file : FilesMatching(folder, "test-", ".parquet")) {
      return (folder / file).string();
    }
  }
  return std::nullopt;
}

std::string HowToGet(const DatasetName& name, const std::vector<std::string>& dirs) {
  const std::string dir = dirs.empty() ? "DIR" : dirs.front();
  if (name.family == DatasetFamily::kSpeedBench) {
    return SpeedBenchPreparation(name.config, dir);
  }
  const std::string_view url =
      name.family == DatasetFamily::kSpecBench
          ? "https://raw.githubusercontent.com/hemingkx/Spec-Bench/main/data/spec_bench/"
            "question.jsonl"
          : "https://raw.githubusercontent.com/lm-sys/FastChat/main/fastchat/llm_judge/data/"
            "mt_bench/question.jsonl";
  return absl::StrFormat("get it:\n  curl -fL --create-dirs -o %s %s",
                         ShellQuoted((fs::path(dir) / (name.config + ".jsonl")).string()),
                         std::string(url));
}

}  // namespace

std::vector<std::string> DatasetSearchDirs(std::string_view flag) {
  std::vector<std::string> dirs;
  if (!flag.empty()) dirs.emplace_back(flag);
  const char* const environment = std::getenv("SPECCTL_DATASETS");
  // Set but empty counts as unset, as shells do with ${VAR:-}.
  if (environment != nullptr && *environment != '\0') dirs.emplace_back(environment);
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') {
    dirs.push_back((fs::path(home) / ".cache/specctl/datasets").string());
  }
  return dirs;
}

absl::StatusOr<std::vector<DatasetFile>> LocateDataset(const DatasetName& name,
                                                       const std::vector<std::string>& dirs) {
  for (const std::string& dir : dirs) {
    std::vector<DatasetFile> files = FilesIn(dir, name);
    if (!files.empty()) return files;
  }
  for (const std::string& dir : dirs) {
    // Only where no folder has rows that can be read: a Parquet file may lie beside them.
    const std::optional<std::string> parquet = ParquetIn(dir, name);
    if (!parquet) continue;
    return absl::FailedPreconditionError(absl::StrFormat(
        "--dataset %s: %s is a Parquet file; import it:\n  specctl dataset import %s "
        "--dataset-dir %s",
        name.name, *parquet, ShellQuoted(*parquet), ShellQuoted(dir)));
  }
  return absl::NotFoundError(absl::StrFormat(
      "--dataset %s: no %s.jsonl in %s; give its folder with --dataset-dir, or %s", name.name,
      name.config, dirs.empty() ? "any folder (none is set)" : absl::StrJoin(dirs, ", "),
      HowToGet(name, dirs)));
}

std::string ParquetRefusal(std::string_view parquet, std::string_view jsonl) {
  return absl::StrFormat(
      "%s is a Parquet file, which specctl can't read; to convert it (with pandas and pyarrow from "
      "pip), run:\n  python3 -c 'import sys, pandas; "
      "pandas.read_parquet(sys.argv[1]).to_json(sys.argv[2], orient=\"records\", lines=True, "
      "force_ascii=False)' %s %s",
      std::string(parquet), ShellQuoted(parquet), ShellQuoted(jsonl));
}

std::string SpeedBenchPreparation(std::string_view config, std::string_view dir) {
  return absl::StrFormat("prepare it:\n  specctl dataset prepare %s%s",
                         config.empty() ? "speed_bench" : "speed_bench_" + std::string(config),
                         dir.empty() ? "" : " --dataset-dir " + ShellQuoted(dir));
}

}  // namespace specctl
