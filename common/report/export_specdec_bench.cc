#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include <absl/strings/str_format.h>

#include "common/export/aiperf_request.h"
#include "common/export/specdec_bench.h"
#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/report/output_file.h"

namespace specctl {
namespace {

std::vector<std::string> NotesOn(const Results& results) {
  std::vector<std::string> notes = {
      "specdec_bench's definitions: each chunk of a response is a step, the first (which verifies"
      " no draft) and the last (which the end may have cut) too; means weigh each question the"
      " same.  specctl's own figures are in summary.json."};
  for (const TargetAcceptance& target : results.acceptance_sources) {
    if (!target.merged_share) continue;
    notes.push_back(absl::StrFormat("%s: %.4f of its steps arrived merged into others' chunks",
                                    TargetLabel(results.spec, target.target),
                                    *target.merged_share));
  }
  return notes;
}

}  // namespace

absl::StatusOr<JournalLoss> ExportSpecdecBench(const std::string& run_dir, const std::string& dir) {
  if (dir.empty()) return absl::InvalidArgumentError("--specdec-bench: need the name of a folder");
  SpecdecBenchSummary summary;
  std::unique_ptr<RunFold> fold;
  fold = std::make_unique<RunFold>([&](const EndedRequest& request) {
    const RunContext& run = fold->Run();
    if (!IsAiperfWarmup(request, run.spec())) summary.AddRequest(request, run);
  });
  absl::StatusOr<JournalLoss> loss = ReplayJournal(
      run_dir, [](const RunBegun&) { return absl::OkStatus(); }, *fold);
  if (!loss.ok()) return loss.status();
  const Results results = fold->Finish();
  if (summary.requests() == 0) {
    return absl::FailedPreconditionError(
        "--specdec-bench: no response of the run tells how many tokens each of its chunks has, or"
        " its engine sends several chunks for a step: there are no steps to count");
  }
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) {
    return absl::InternalError(absl::StrFormat("%s: can't be created: %s", dir, error.message()));
  }
  const std::string path = (std::filesystem::path(dir) / "acceptance_rate.json").string();
  if (absl::Status done = WriteFile(path, summary.Json(results.spec.run_id, NotesOn(results)));
      !done.ok()) {
    return done;
  }
  return loss;
}

}  // namespace specctl
