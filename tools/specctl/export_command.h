// `specctl export RUN --chunks`: detail that the artifacts leave out.
#pragma once

#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace specctl::cli {

struct ExportOptions {
  std::string run_dir;       // or the id that the run printed
  std::string output = "-";  // file, or "-" for standard output
  bool chunks = false;
};

// Exit status: 0; 1 damaged journal or output that can't be written; 2 no such run, or nothing
// named to export.  Warnings and errors go to `err`.
int RunExport(const ExportOptions& options, std::ostream& err);

// Adds the subcommand; `exit_status` is set when it has run and must outlive the parse.
void AddExportCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
