// Forms of `specctl export` that other tools take a run's acceptance in.
#pragma once

#include <absl/status/statusor.h>

#include "common/journal/journal_loss.h"
#include "tools/specctl/export_forms.h"

namespace specctl::cli {

// --inject ENGINE and --speculation-profile, to the task's output.  Errors as ExportForm::write.
absl::StatusOr<JournalLoss> WriteInjection(const ExportTask& task);
absl::StatusOr<JournalLoss> WriteSpeculationProfile(const ExportTask& task);

}  // namespace specctl::cli
