#include "common/report/aiperf_files.h"

#include <filesystem>
#include <utility>

#include "common/export/aiperf_profile.h"
#include "common/export/aiperf_record_line.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

std::string FileIn(const std::string& dir, std::string_view name) {
  return (std::filesystem::path(dir) / name).string();
}

std::string WhyIncomplete(const Results& results) {
  if (!results.ended) return "the journal has no end";
  if (results.end.end == RunEnd::kCompleted) return "";
  std::string why(RunEndName(results.end.end));
  if (!results.end.reason.empty()) why += ": " + results.end.reason;
  return why;
}

AiperfRun RunOf(const Results& results, const std::string& category) {
  return {.spec = &results.spec,
          .model = AiperfModel(results),
          .dataset = AiperfDatasetName(results.spec.dataset, category),
          .t0_unix_ns = results.t0_unix_ns.value_or(results.begun_unix_ns),
          .interrupted = results.end.end == RunEnd::kInterrupted,
          .incomplete_reason = WhyIncomplete(results),
          .verdict = std::string(VerdictName(results.verdict.state)),
          .profiling = {},
          .warmup = {}};
}

}  // namespace

absl::Status AiperfFiles::Open(const std::string& dir) {
  dir_ = dir;
  absl::StatusOr<OutputFile> records = OutputFile::Create(FileIn(dir, "profile_export.jsonl"));
  if (records.ok()) records_.emplace(std::move(*records));
  return records.status();
}

void AiperfFiles::AddRequest(const EndedRequest& request, const RunContext& run) {
  records_->Append(AiperfRecordLine(request, run));
  records_->Append("\n");
  (IsAiperfWarmup(request, run.spec()) ? warmup_ : profiling_).AddRequest(request);
}

absl::Status AiperfFiles::Commit(const Results& results, const Rest& rest) {
  AiperfRun run = RunOf(results, rest.category);
  run.profiling = profiling_.window();
  run.warmup = warmup_.window();
  AiperfProfile profile{.profiling = &profiling_,
                        .metrics = profiling_.Metrics(rest.throughput),
                        .warmup = warmup_.Metrics(rest.throughput),
                        .notes = rest.notes};
  if (results.spec.dataset.builtin) profile.notes.emplace_back(kBuiltinWarning);
  absl::Status done = records_->Commit();
  const auto write = [&](std::string_view name, const std::string& text) {
    if (done.ok()) done = WriteFile(FileIn(dir_, name), text);
  };
  write("server_metrics_export.json", AiperfServerMetricsJson(run, rest.servers, results.servers));
  write("profile_export_aiperf.csv", AiperfProfileCsv(profile));
  write("profile_export_aiperf.json", AiperfProfileJson(run, profile));
  return done;
}

std::string AiperfModel(const Results& results) {
  std::string model(ModelOf(results.spec, nullptr, 0));
  // The request named none: what the server serves by default.
  if (model.empty() && !results.targets.empty()) model = results.targets[0].model;
  if (model.empty()) model = "unknown";
  // The report's row must not look like a SPEED-Bench result.
  return results.spec.dataset.builtin ? model + " (builtin)" : model;
}

}  // namespace specctl
