#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <system_error>

#include <absl/strings/str_format.h>

#include "common/report/aiperf_files.h"
#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/report/output_file.h"

namespace specctl {
namespace {

std::string PathIn(const std::string& dir, std::string_view name) {
  return (std::filesystem::path(dir) / name).string();
}

absl::Status MakeFolder(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directory(dir, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("%s: can't be created: %s", dir, error.message()));
}

// requests.jsonl, AIPerf's records and, where texts were saved, outputs.jsonl, row by row.
class RowFiles {
 public:
  explicit RowFiles(std::string dir) : dir_(std::move(dir)) {}

  absl::Status Open(const RunSpec& spec) {
    spec_ = spec;
    absl::Status opened = Open("requests.jsonl", requests_);
    if (opened.ok() && spec_.save_text) opened = Open("outputs.jsonl", outputs_);
    if (opened.ok()) opened = aiperf_.Open(dir_);
    return opened;
  }

  void Append(const EndedRequest& request, const RunContext& run) {
    const PlannedRow* planned = run.RowAt(request.settled.position);
    // Whether there is one, or several.
    if (planned != nullptr && categories_.size() < 2) categories_.insert(planned->category);
    aiperf_.AddRequest(request, run);
    requests_->Append(RequestLine(request, planned, spec_) + "\n");
    if (outputs_) outputs_->Append(OutputLine(request, planned) + "\n");
  }

  absl::Status Commit(const Results& results) {
    absl::Status done = requests_->Commit();
    if (done.ok() && outputs_) done = outputs_->Commit();
    if (!done.ok()) return done;
    return aiperf_.Commit(
        results,
        {.category = OneCategory(),
         .throughput = true,
         .servers = MetricsOfServers(results.servers, results.whole_run.acceptance, results.spec),
         .notes = {}});
  }

 private:
  // Of a part of SPEED-Bench; other datasets keep their name.
  std::string OneCategory() const {
    const bool speed_bench = spec_.dataset.name.starts_with("speed_bench_");
    return speed_bench && categories_.size() == 1 ? *categories_.begin() : "";
  }

  absl::Status Open(std::string_view name, std::optional<OutputFile>& file) {
    absl::StatusOr<OutputFile> created = OutputFile::Create(PathIn(dir_, name));
    if (created.ok()) file.emplace(std::move(*created));
    return created.status();
  }

  const std::string dir_;
  RunSpec spec_;
  std::optional<OutputFile> requests_, outputs_;
  AiperfFiles aiperf_;
  std::set<std::string> categories_;  // of the requests; at most two
};

absl::Status WriteResults(const Results& results, const std::string& dir) {
  absl::Status done = WriteFile(PathIn(dir, "run.json"), RunJson(results));
  if (done.ok()) done = WriteFile(PathIn(dir, "curves.csv"), CurvesCsv(results));
  // Last: where it is, the others are complete.
  if (done.ok()) done = WriteFile(PathIn(dir, "summary.json"), SummaryJson(results));
  return done;
}

}  // namespace

absl::StatusOr<Results> WriteArtifacts(const std::string& run_dir, const std::string& output_dir) {
  RowFiles rows(output_dir);
  std::unique_ptr<RunFold> fold;
  fold = std::make_unique<RunFold>(
      [&](const EndedRequest& request) { rows.Append(request, fold->Run()); });
  const auto open_files = [&](const RunBegun& begun) {
    absl::Status made = MakeFolder(output_dir);
    return made.ok() ? rows.Open(begun.spec) : made;
  };
  // Rows are written while the journal is read: a long run's would not fit into memory.
  const absl::StatusOr<JournalLoss> loss = ReplayJournal(run_dir, open_files, *fold);
  if (!loss.ok()) return loss.status();
  Results results = fold->Finish();
  AddJournalLoss(*loss, results);
  absl::Status done = rows.Commit(results);
  if (done.ok()) done = WriteResults(results, output_dir);
  if (!done.ok()) return done;
  return results;
}

}  // namespace specctl
