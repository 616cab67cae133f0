#include "tools/specctl/sweep_copy.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "common/planning/measured_folder.h"
#include "common/planning/sweep_json.h"
#include "common/report/artifacts.h"
#include "common/sweep/next_run_text.h"
#include "controller/api/job.h"
#include "controller/api/sweep_order.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSweepJsonBytesMax = 256u << 20;
constexpr std::string_view kJournal = "/journal.pb", kRuns = "runs/";

// Of "runs/<id>/journal.pb"; empty where it is none.
std::string RunIdIn(std::string_view path) {
  if (!path.starts_with(kRuns) || !path.ends_with(kJournal)) return "";
  if (path.size() <= kRuns.size() + kJournal.size()) return "";
  const std::string id(path.substr(kRuns.size(), path.size() - kRuns.size() - kJournal.size()));
  return controller::IsJobId(id) ? id : "";
}

// Its runs, points first.
std::vector<NextRun> RunsOf(const Sweep& sweep) {
  std::vector<NextRun> runs;
  for (size_t i = 0; i < sweep.points.size(); ++i) {
    runs.push_back({.kind = NextRun::Kind::kPoint, .index = i});
  }
  for (size_t i = 0; i < sweep.pairs.size(); ++i) {
    runs.push_back({.kind = NextRun::Kind::kPair, .index = i});
  }
  return runs;
}

struct RunFacts {
  PointState state = PointState::kPlanned;
  std::string folder;  // empty: it has not begun
};

// Of a run that the sweep does not have yet: as one that has not begun.
RunFacts FactsOf(const Sweep& sweep, const NextRun& run) {
  if (run.kind == NextRun::Kind::kPair) {
    if (run.index >= sweep.pairs.size()) return {};
    return {.state = sweep.pairs[run.index].state, .folder = sweep.pairs[run.index].folder};
  }
  if (run.index >= sweep.points.size()) return {};
  return {.state = sweep.points[run.index].state, .folder = sweep.points[run.index].folder};
}

bool IsThere(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

}  // namespace

absl::StatusOr<std::map<std::string, uint64_t>> SweepCopy::Held() {
  sweep_json_.clear();
  std::map<std::string, uint64_t> held;
  std::error_code error;
  for (fs::directory_iterator entry(files_.PathOf("runs"), error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string path =
        std::string(kRuns) + entry->path().filename().string() + std::string(kJournal);
    std::error_code none;
    const auto bytes = fs::file_size(files_.PathOf(path), none);
    if (!none && !RunIdIn(path).empty()) held[path] = bytes;
  }
  return held;
}

absl::Status SweepCopy::Take(const controller::FileBytes& bytes) {
  return bytes.path == kSweepFile ? TakeSweep(bytes) : TakeJournal(bytes);
}

void SweepCopy::ClearView() {
  if (view_) view_->Clear();
}

absl::Status SweepCopy::TakeJournal(const controller::FileBytes& bytes) {
  const std::string run_id = RunIdIn(bytes.path);
  if (run_id.empty()) return absl::DataLossError("the controller sent a file that no sweep has");
  if (bytes.path != journal_path_) {
    ClearView();
    if (auto made = files_.MakeRunFolder(run_id); !made.ok()) return made;
    journal_path_ = std::string(bytes.path);
    auto journal = JournalCopy::Open(files_.PathOf(journal_path_));
    if (!journal.ok()) return journal.status();
    journal_ = *std::move(journal);
    view_.emplace();
  }
  const absl::Status added = journal_->AddBytes(bytes.offset, bytes.data);
  if (added.ok()) view_->Show(*journal_);
  return added;
}

absl::Status SweepCopy::TakeSweep(const controller::FileBytes& bytes) {
  if (bytes.offset == 0) sweep_json_.clear();
  if (bytes.offset != sweep_json_.size() || bytes.whole_bytes > kSweepJsonBytesMax ||
      bytes.data.size() > bytes.whole_bytes - bytes.offset) {
    return absl::DataLossError("sweep.json: its parts do not follow one another");
  }
  sweep_json_ += bytes.data;
  if (sweep_json_.size() < bytes.whole_bytes) return absl::OkStatus();
  auto sweep = ParseSweep("sweep.json of the controller", sweep_json_);
  if (!sweep.ok()) return absl::DataLossError(sweep.status().message());
  if (auto safe = controller::CheckRunFolders(*sweep); !safe.ok()) return safe;
  return OnSweep(*std::move(sweep));
}

absl::Status SweepCopy::OnSweep(Sweep sweep) {
  ClearView();
  // Of those that are over the journals have come (control.proto).
  if (auto finished = FinishRuns(sweep); !finished.ok()) return finished;
  TellRuns(sweep);
  if (auto moved = SetAsideRest(sweep); !moved.ok()) return moved;
  if (auto saved = files_.Save(sweep); !saved.ok()) return saved;
  sweep_ = std::move(sweep);
  return files_.SaveCurves(*sweep_);
}

absl::Status SweepCopy::FinishRuns(const Sweep& sweep) {
  for (const NextRun& run : RunsOf(sweep)) {
    const RunFacts facts = FactsOf(sweep, run);
    if (facts.folder.empty() || facts.state == PointState::kPlanned) continue;
    const std::string dir = files_.PathOf(facts.folder);
    if (facts.folder + std::string(kJournal) == journal_path_) {
      journal_path_.clear();
      journal_.reset();
      view_.reset();
    }
    // One that failed before it began leaves none.
    if (!IsThere(dir + std::string(kJournal)) || IsThere(dir + "/summary.json")) continue;
    absl::Status written = WriteArtifacts(dir, dir).status();
    // Leaves the point's figures beside them, for specctl plan.
    if (written.ok() && run.kind == NextRun::Kind::kPoint) written = MeasureFolder(dir).status();
    if (written.ok()) continue;
    if (facts.state == PointState::kDone) return written;
    // Why it failed may be that.
    Say("note: " + std::string(written.message()));
  }
  return absl::OkStatus();
}

// Of the first sweep that comes, what was before is not told: nobody was here to see it.
void SweepCopy::TellRuns(const Sweep& sweep) {
  if (!sweep_) return;
  for (const NextRun& run : RunsOf(sweep)) {
    const PointState before = FactsOf(*sweep_, run).state;
    if (before != PointState::kPlanned || FactsOf(sweep, run).state == before) continue;
    const std::string outcome = RunOutcomeText(sweep, run);
    if (!outcome.empty()) Say("  " + outcome);
  }
}

// Runs that were broken off, and are measured again under other ids.
absl::Status SweepCopy::SetAsideRest(const Sweep& sweep) const {
  std::set<std::string> of_sweep;
  for (const NextRun& run : RunsOf(sweep)) of_sweep.insert(FactsOf(sweep, run).folder);
  std::vector<std::string> rest;
  std::error_code error;
  for (fs::directory_iterator entry(files_.PathOf("runs"), error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string folder = std::string(kRuns) + entry->path().filename().string();
    if (!of_sweep.contains(folder)) rest.push_back(folder);
  }
  for (const std::string& folder : rest) {
    if (auto moved = files_.SetAside(folder); !moved.ok()) return moved;
  }
  return absl::OkStatus();
}

}  // namespace specctl::cli
