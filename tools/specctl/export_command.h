// `specctl export RUN FORM`: what the artifacts leave out, and forms that others read.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace specctl::cli {

struct ExportOptions {
  std::string run_dir;                // or the id that the run printed
  std::optional<std::string> output;  // file, or "-" for standard output
  // What to write: a flag of the table of forms (export_forms.h), and its value.
  struct Form {
    std::string flag, value;
  };
  std::vector<Form> forms;
};

// Exit status: 0; 1 damaged journal or output that can't be written; 2 no such run, not one form
// named, or one that this run can't be written in.  Warnings and errors go to `err`.
int RunExport(const ExportOptions& options, std::ostream& err);

// Adds the subcommand; `exit_status` is set when it has run and must outlive the parse.
void AddExportCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
