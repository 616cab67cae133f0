#include "tools/specctl/onward_forms.h"

#include <iostream>
#include <string>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/forms/forced_acceptance.h"
#include "common/forms/measured_drafts.h"
#include "common/forms/speculation_profile.h"
#include "common/report/journal_replay.h"
#include "common/report/output_file.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

struct MeasuredResults {
  Results results;
  MeasuredDrafts drafts;

  JournalLoss loss() const {
    return {.torn_bytes = results.journal_torn_bytes, .damage = results.journal_damage};
  }
};

absl::StatusOr<MeasuredResults> ReadDrafts(const std::string& run_dir) {
  absl::StatusOr<Results> results = ReadResults(run_dir);
  if (!results.ok()) return results.status();
  absl::StatusOr<MeasuredDrafts> drafts = MeasureDrafts(*results);
  if (!drafts.ok()) {
    return absl::Status(drafts.status().code(),
                        absl::StrFormat("%s: %s", run_dir, std::string(drafts.status().message())));
  }
  return MeasuredResults{.results = *std::move(results), .drafts = *std::move(drafts)};
}

absl::Status WriteText(const ExportTask& task, const std::string& text) {
  return task.output == "-" ? PrintJson(text, std::cout) : WriteFile(task.output, text);
}

}  // namespace

absl::StatusOr<JournalLoss> WriteInjection(const ExportTask& task) {
  const absl::StatusOr<MeasuredResults> read = ReadDrafts(task.run_dir);
  if (!read.ok()) return read.status();
  const absl::StatusOr<std::string> text =
      ForcedAcceptance(task.value, read->results.spec.run_id, read->drafts);
  if (absl::IsInvalidArgument(text.status())) {
    return BadFlag("--inject", std::string(text.status().message()));
  }
  if (!text.ok()) return text.status();
  if (absl::Status written = WriteText(task, *text); !written.ok()) return written;
  return read->loss();
}

absl::StatusOr<JournalLoss> WriteSpeculationProfile(const ExportTask& task) {
  const absl::StatusOr<MeasuredResults> read = ReadDrafts(task.run_dir);
  if (!read.ok()) return read.status();
  const std::string text = SpeculationProfile(read->results, read->drafts);
  if (absl::Status written = WriteText(task, text); !written.ok()) return written;
  return read->loss();
}

}  // namespace specctl::cli
