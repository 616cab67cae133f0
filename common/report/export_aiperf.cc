#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include <absl/strings/str_format.h>

#include "common/analysis/acceptance_basis.h"
#include "common/figures/label.h"
#include "common/report/aiperf_files.h"
#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/report/number_text.h"

namespace specctl {
namespace {

namespace fs = std::filesystem;

// Each has a file open while the journal is read.
constexpr size_t kCategoriesMax = 64;

absl::Status RequireEmpty(const std::string& dir) {
  std::error_code error;
  if (!fs::exists(dir, error)) return absl::OkStatus();
  if (fs::is_directory(dir, error) && fs::is_empty(dir, error)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("--aiperf %s: need a folder that is empty or new", dir));
}

// AIPerf's report has a row a model: what a mix measured belongs in none.
absl::Status RequireOneModel(const RunSpec& spec) {
  std::set<std::string> models;
  for (uint32_t i = 0; i < spec.targets.size(); ++i) models.emplace(ModelOf(spec, nullptr, i));
  if (spec.request.model_mix.empty() && models.size() <= 1) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "--aiperf: the run asked for several models, and its figures by category are of all of them:"
      " measure each model in a run of its own");
}

// The category of SPEED-Bench's qualitative rows, the tier of its throughput rows.
std::string ColumnOf(const PlannedRow* row) {
  if (row == nullptr) return "";
  return row->category.empty() ? row->tier : row->category;
}

// It becomes the name of a folder.
std::string FolderOf(const DatasetIdentity& dataset, const std::string& column) {
  std::string name = AiperfDatasetName(dataset, column);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '/' || c == '\0'; }, '_');
  return name;
}

const AcceptanceFigures* AcceptanceOfColumn(const Results& results, const std::string& column) {
  for (const Dimension by : {Dimension::kCategory, Dimension::kTier}) {
    for (const SliceFigures& slice : results.slices) {
      if (slice.by != by || slice.key != column) continue;
      return slice.figures.acceptance ? &*slice.figures.acceptance : nullptr;
    }
  }
  return nullptr;
}

// Counters count all that their servers did.
bool CountersAreOfTheRun(const Results& results) {
  return results.servers && results.servers->complete && results.servers->alternating.empty() &&
         results.servers->sums.drafts.value_or(0) > 0 &&
         !HasLabel(results.verdict.labels, Label::kOtherTraffic);
}

// `alone`: the run has this column only, so that its servers' counters are of it.
AiperfServerMetrics MetricsOfColumn(const Results& results, const std::string& column, bool alone) {
  const AcceptanceFigures* acceptance = AcceptanceOfColumn(results, column);
  const bool tells_drafts = acceptance != nullptr && acceptance->drafts;
  if (alone && !tells_drafts && CountersAreOfTheRun(results)) {
    return MetricsOfServers(results.servers, std::nullopt, results.spec);
  }
  if (acceptance == nullptr) return {};
  AiperfServerMetrics made;
  // As in our own matrix.
  if (acceptance->source_share < kSourceShareMin) {
    made.notes.push_back(absl::StrFormat("acceptance: left out, told by only %s of the requests",
                                         ShareText(acceptance->source_share)));
    return made;
  }
  made = MetricsOfRequests(*acceptance,
                           absl::StrFormat("requests of category %s that figures are of", column),
                           results.spec);
  if (acceptance->approximate) {
    made.notes.push_back("acceptance: approximate: how many steps are merged is unknown");
  }
  return made;
}

// Empty: the column's throughput stands.
std::string WhyNoThroughput(const Results& results, bool alone) {
  if (!alone) {
    return "throughput: left out, since other categories shared the servers at the same time;"
           " measure it in a run of this category alone";
  }
  if (results.verdict.state == VerdictState::kInvalid) {
    return "throughput: left out, since the run's verdict is invalid";
  }
  return "";
}

// A folder for each column of the report, made when its first request comes.
class AiperfColumns {
 public:
  explicit AiperfColumns(std::string dir) : dir_(std::move(dir)) {}
  // Where they were not all written, none stays.
  ~AiperfColumns() {
    columns_.clear();
    std::error_code error;
    for (const std::string& made : made_) fs::remove_all(made, error);
    if (!made_.empty()) fs::remove(dir_, error);
  }

  absl::Status Open(const RunBegun& begun) {
    dataset_ = begun.spec.dataset;
    if (absl::Status one = RequireOneModel(begun.spec); !one.ok()) return one;
    std::error_code error;
    fs::create_directories(dir_, error);
    if (!error) return absl::OkStatus();
    return absl::InternalError(absl::StrFormat("%s: can't be created: %s", dir_, error.message()));
  }

  void AddRequest(const EndedRequest& request, const RunContext& run) {
    const PlannedRow* row = run.RowAt(request.settled.position);
    const std::string column = ColumnOf(row);
    if (row != nullptr && !row->model.empty()) models_.insert(row->model);
    if (column.empty()) {
      ++without_;
    } else if (AiperfFiles* files = ColumnNamed(column)) {
      files->AddRequest(request, run);
    }
  }

  absl::Status Commit(const Results& results) {
    if (absl::Status served = CheckServed(); !served.ok()) return served;
    const bool alone = columns_.size() == 1 && without_ == 0;
    for (auto& [column, files] : columns_) {
      const std::string why = WhyNoThroughput(results, alone);
      AiperfFiles::Rest rest{.category = column,
                             .throughput = why.empty(),
                             .servers = MetricsOfColumn(results, column, alone),
                             .notes = {}};
      if (!why.empty()) rest.notes.push_back(why);
      if (absl::Status done = files->Commit(results, rest); !done.ok()) return done;
    }
    made_.clear();
    return absl::OkStatus();
  }

 private:
  // nullptr where its folder can't be had; the first reason is kept.
  AiperfFiles* ColumnNamed(const std::string& column) {
    if (!failed_.ok()) return nullptr;
    const auto found = columns_.find(column);
    if (found != columns_.end()) return found->second.get();
    if (columns_.size() == kCategoriesMax) {
      failed_ = absl::FailedPreconditionError(absl::StrFormat(
          "--aiperf: the run's dataset has more than %d categories", kCategoriesMax));
      return nullptr;
    }
    const std::string folder = (fs::path(dir_) / FolderOf(dataset_, column)).string();
    if (std::find(made_.begin(), made_.end(), folder) != made_.end()) {
      failed_ = absl::FailedPreconditionError(absl::StrFormat(
          "--aiperf: two categories would be one folder, %s: rename one of them", folder));
      return nullptr;
    }
    std::error_code error;
    fs::create_directory(folder, error);
    auto files = std::make_unique<AiperfFiles>();
    failed_ = error ? absl::InternalError(
                          absl::StrFormat("%s: can't be created: %s", folder, error.message()))
                    : files->Open(folder);
    made_.push_back(folder);
    if (!failed_.ok()) return nullptr;
    return columns_.emplace(column, std::move(files)).first->second.get();
  }

  absl::Status CheckServed() const {
    if (!failed_.ok()) return failed_;
    if (columns_.empty()) {
      return absl::FailedPreconditionError(
          "--aiperf: no request of the run has a category, and AIPerf's report has a column for"
          " each: the run's own folder has its files as one run");
    }
    if (models_.size() > 1) {
      return absl::FailedPreconditionError(
          "--aiperf: rows of the dataset name several models; AIPerf's report has a row for each,"
          " so measure each model in a run of its own");
    }
    return absl::OkStatus();
  }

  const std::string dir_;
  DatasetIdentity dataset_;
  std::map<std::string, std::unique_ptr<AiperfFiles>> columns_;
  std::vector<std::string> made_;  // folders, until all are complete
  std::set<std::string> models_;   // that rows name
  uint64_t without_ = 0;           // requests without a category
  absl::Status failed_;
};

}  // namespace

absl::StatusOr<JournalLoss> ExportAiperf(const std::string& run_dir, const std::string& dir) {
  if (dir.empty()) return absl::InvalidArgumentError("--aiperf: need the name of a folder");
  if (absl::Status empty = RequireEmpty(dir); !empty.ok()) return empty;
  AiperfColumns columns(dir);
  std::unique_ptr<RunFold> fold;
  fold = std::make_unique<RunFold>(
      [&](const EndedRequest& request) { columns.AddRequest(request, fold->Run()); });
  absl::StatusOr<JournalLoss> loss = ReplayJournal(
      run_dir, [&](const RunBegun& begun) { return columns.Open(begun); }, *fold);
  if (!loss.ok()) return loss.status();
  Results results = fold->Finish();
  AddJournalLoss(*loss, results);
  if (absl::Status done = columns.Commit(results); !done.ok()) return done;
  return loss;
}

}  // namespace specctl
