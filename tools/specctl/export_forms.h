// The forms that `specctl export` writes a run in.  A new one is an entry of this table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/journal/journal_loss.h"

namespace specctl::cli {

struct ExportTask {
  std::string run_dir;  // a run's folder
  std::string value;    // of the form's flag
  std::string output;   // of --output
};

struct ExportForm {
  std::string_view flag;   // with its dashes
  std::string_view value;  // what the flag takes, as --help calls it; empty: it takes nothing
  std::string_view help;
  // Written to --output (a file, or "-"); else to what the flag's own value names.
  bool to_output = true;
  std::string_view example, example_arguments;  // for --help: what for, and after `export RUN`
  // Returns what of the journal was left out.
  // NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION  the run or the value does not serve; nothing
  //                                                   was written
  // others                                            damaged journal, output that can't be written
  absl::StatusOr<JournalLoss> (*write)(const ExportTask& task);
};

// In the order of --help.
std::span<const ExportForm> ExportForms();

// "--chunks, --aiperf or ...", for messages.
std::string ExportFormFlags();

}  // namespace specctl::cli
