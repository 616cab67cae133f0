#include "tools/specctl/compare_command.h"

#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <system_error>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <CLI/CLI.hpp>

#include "common/compare/comparison.h"
#include "common/report/journal_replay.h"
#include "common/report/output_file.h"
#include "tools/flags/help_page.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/run_folder.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFloorsBytesMax = 1 << 20;

// What is asked for, checked before any journal is read.
struct CheckedRequest {
  Across across;
  std::vector<Condition> conditions;
  struct FloorsFile {
    std::string path, text;
  };
  std::vector<FloorsFile> floors;  // of --require @FILE
};

absl::StatusOr<std::string> ReadFloorsFile(const std::string& path) {
  std::error_code error;
  // Looked at first: /dev/zero, or a journal named by mistake, must not be read into memory.
  const auto size = fs::file_size(path, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrFormat("--require @%s: %s", path, error.message()));
  }
  if (size > kFloorsBytesMax) {
    return absl::InvalidArgumentError(absl::StrFormat("--require @%s: larger than 1 MiB", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return absl::InvalidArgumentError(absl::StrFormat("--require @%s: can't be read", path));
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

absl::Status AddRequirement(const std::string& require, CheckedRequest& checked) {
  if (require.starts_with('@')) {
    const std::string path = require.substr(1);
    absl::StatusOr<std::string> text = ReadFloorsFile(path);
    if (!text.ok()) return text.status();
    checked.floors.push_back({.path = path, .text = *std::move(text)});
    return absl::OkStatus();
  }
  auto conditions = ParseConditions(require);
  if (!conditions.ok()) {
    return absl::InvalidArgumentError("--require: " + std::string(conditions.status().message()));
  }
  for (Condition& condition : *conditions) checked.conditions.push_back(std::move(condition));
  return absl::OkStatus();
}

absl::StatusOr<CheckedRequest> Check(const CompareRequest& request) {
  CheckedRequest checked;
  absl::StatusOr<Across> across = ParseAcross(request.across);
  if (!across.ok()) return across.status();
  checked.across = *across;
  for (const std::string& require : request.requires_all) {
    if (absl::Status added = AddRequirement(require, checked); !added.ok()) return added;
  }
  return checked;
}

// A journal stands for the folder it lies in.
absl::StatusOr<std::string> FolderOf(const std::string& run) {
  std::error_code error;
  const fs::path path(run);
  if (path.filename() == "journal.pb" && fs::is_regular_file(path, error)) {
    return path.has_parent_path() ? path.parent_path().string() : std::string(".");
  }
  // FindRun() takes a path as it is, and the error would be about a journal inside a file.
  if (fs::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrFormat(
        "%s: is not a run: need a run's folder, its journal.pb, or the id that it printed", run));
  }
  return FindRun(run);
}

// Reads and measures runs; they stay where they are.
class Runs {
 public:
  explicit Runs(std::ostream& err) : err_(err) {}

  absl::StatusOr<const MeasuredRun*> Read(const std::string& named) {
    const absl::StatusOr<std::string> folder = FolderOf(named);
    if (!folder.ok()) return folder.status();
    absl::StatusOr<RunSample> sample = ReadRunSample(*folder);
    if (!sample.ok()) return sample.status();
    samples_.push_back(*std::move(sample));
    RunSample& kept = samples_.back();
    // As the user named it, in every text; the folder may have been found by id.
    kept.name = named;
    const JournalLoss loss = {.torn_bytes = kept.results.journal_torn_bytes,
                              .damage = kept.results.journal_damage};
    for (const std::string& line : JournalLossLines(*folder, loss)) {
      Say("specctl compare: " + line, err_);
    }
    measured_.push_back(MeasureRun(kept));
    return &measured_.back();
  }

 private:
  std::ostream& err_;
  // Deques: a MeasuredRun points to its sample, and both to be kept while more are read.
  std::deque<RunSample> samples_;
  std::deque<MeasuredRun> measured_;
};

absl::Status DecideAllFloors(const CheckedRequest& checked, const MeasuredRun& b,
                             Comparison& comparison) {
  // Exit status 2 says more than a requirement of runs that did not do the same.
  if (!comparison.comparable()) return absl::OkStatus();
  for (const CheckedRequest::FloorsFile& file : checked.floors) {
    const auto decisions = DecideFloorsFile(file.path, file.text, b);
    if (!decisions.ok()) return decisions.status();
    comparison.decisions.insert(comparison.decisions.end(), decisions->begin(), decisions->end());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Comparison>> CompareAll(const CompareRequest& request, Runs& runs) {
  // Flags first: reading journals may take long.
  const absl::StatusOr<CheckedRequest> checked = Check(request);
  if (!checked.ok()) return checked.status();
  const absl::StatusOr<const MeasuredRun*> a = runs.Read(request.runs.front());
  if (!a.ok()) return a.status();
  CompareOptions options{.across = checked->across, .requirements = checked->conditions};
  if (!request.floor.empty()) {
    const absl::StatusOr<const MeasuredRun*> floor = runs.Read(request.floor);
    if (!floor.ok()) return floor.status();
    if (absl::Status same = CheckFloor(**a, **floor); !same.ok()) return same;
    options.floor = (*floor)->sample;
  }
  std::vector<Comparison> comparisons;
  for (size_t i = 1; i < request.runs.size(); ++i) {
    const absl::StatusOr<const MeasuredRun*> b = runs.Read(request.runs[i]);
    if (!b.ok()) return b.status();
    Comparison comparison = CompareRuns(**a, **b, options);
    if (absl::Status done = DecideAllFloors(*checked, **b, comparison); !done.ok()) {
      return done;
    }
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

std::string Render(const CompareRequest& request, const std::vector<Comparison>& comparisons) {
  if (request.format == "json") return ComparisonJson(comparisons);
  if (request.format == "csv") return ComparisonCsv(comparisons);
  if (request.format == "markdown") return ComparisonMarkdown(comparisons);
  return FitLines(ComparisonText(comparisons), request.columns);
}

absl::Status Deliver(const CompareRequest& request, const std::string& text, std::ostream& out) {
  if (!request.output.empty()) return WriteFile(request.output, text);
  return request.format == "json" ? PrintJson(text, out) : PrintPage(text, out);
}

// Says on `err` why the status is not 0, whatever the format.
int StatusOf(const std::vector<Comparison>& comparisons, std::ostream& err) {
  int status = kDone;
  for (const Comparison& comparison : comparisons) {
    for (const Refusal& refusal : comparison.comparability.refusals) {
      Say(absl::StrFormat("specctl compare: refused: %s: %s; %s", comparison.b->name, refusal.text,
                          refusal.match),
          err);
      status = kRefusedComparison;
    }
    for (const Decision& decision : comparison.decisions) {
      if (decision.holds) continue;
      Say(absl::StrFormat("specctl compare: %s does not meet --require: %s: %s", comparison.b->name,
                          decision.term, decision.reason),
          err);
      // A refusal outranks it: where the runs are not comparable, nothing was decided.
      if (status == kDone) status = kRequirementFailed;
    }
  }
  return status;
}

int FailCompare(const absl::Status& status, std::ostream& err) {
  Say("specctl compare: " + std::string(status.message()), err);
  // What the user can mend by other arguments.
  const bool bad_input = absl::IsNotFound(status) || absl::IsInvalidArgument(status);
  return bad_input ? kBadInput : kFailed;
}

flags::HelpOptions CompareHelp() {
  return {.examples = {{.what = "does speculation pay? the first run is the baseline",
                        .line = "specctl compare runs/off runs/ngram"},
                       {.what = "is it lossless? a second run without it is the floor",
                        .line = "specctl compare runs/off runs/ngram --floor runs/off2"},
                       {.what = "a gate: exit 3 where throughput may have fallen by more than 3 %",
                        .line = "specctl compare runs/main runs/change --require 'output_tps >= "
                                "-3%, ttft_p95 <= 2s'"},
                       {.what = "for a pull request",
                        .line = "specctl compare runs/main runs/change --format markdown"}},
          .groups = {}};
}

}  // namespace

int RunCompare(const CompareRequest& request, std::ostream& out, std::ostream& err) {
  if (request.runs.size() < 2) {
    return FailCompare(
        absl::InvalidArgumentError("RUN: need two or more, the baseline first; got only " +
                                   (request.runs.empty() ? "none" : request.runs.front())),
        err);
  }
  Runs runs(err);
  const absl::StatusOr<std::vector<Comparison>> comparisons = CompareAll(request, runs);
  if (!comparisons.ok()) return FailCompare(comparisons.status(), err);
  const absl::Status delivered = Deliver(request, Render(request, *comparisons), out);
  if (!delivered.ok()) return FailCompare(delivered, err);
  return StatusOf(*comparisons, err);
}

void AddCompareCommand(CLI::App& app, int& exit_status) {
  auto request = std::make_shared<CompareRequest>();
  CLI::App* command =
      app.add_subcommand("compare", "Compare runs and report what differs beyond noise");
  command->add_option("RUN", request->runs, "Two runs or more, the baseline first: folders, or ids")
      ->required()
      ->expected(-1);
  command->add_option("--format", request->format, "text, csv, json or markdown")
      ->check(CLI::IsMember({"text", "csv", "json", "markdown"}))
      ->capture_default_str();
  command->add_option("--across", request->across,
                      "Revisions that may differ: engine, dataset, drafter, joined by commas");
  command->add_option(
      "--floor", request->floor,
      "A second run of the baseline: shows how much the replies of equal runs differ");
  command
      ->add_option("--require", request->requires_all,
                   "Conditions that must hold, e.g. 'output_tps >= -3%, ttft_p95 <= 2s', or @FILE "
                   "with floors of the acceptance length; repeatable; exit with 3 where one does "
                   "not hold")
      ->allow_extra_args(false);
  command->add_option("--output", request->output, "Write to this file [standard output]");
  specctl::flags::SetHelp(*command, CompareHelp());
  command->callback([request, &exit_status] {
    request->columns = PageColumns();
    exit_status = RunCompare(*request, std::cout, std::cerr);
  });
}

}  // namespace specctl::cli
