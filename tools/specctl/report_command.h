// `specctl report RUN`: every artifact again, from the journal alone; `report RUN... --matrix`: a
// matrix over runs.
#pragma once

#include <iosfwd>
#include <string>

#include "common/report/page.h"
#include "tools/specctl/results_output.h"

namespace CLI {
class App;
}

namespace specctl::cli {

struct ReportOptions {
  std::string run_dir;     // or the id that the run printed
  std::string output_dir;  // empty: run_dir
  ResultsFormat format;    // of what is printed
  bool strict = false;     // an invalid verdict is exit status 3
  bool colour = false;
  size_t columns = kPageColumns;  // the page's width
};

// Writes the artifacts, prints page, CSV or summary to `out`, warnings and errors to `err`.
// Exit status: 0; 1 damaged journal or a file that can't be written; 2 no such run, or an output
// folder that is not empty; 3 under `strict`.
int RunReport(const ReportOptions& options, std::ostream& out, std::ostream& err);

// Adds the subcommand; `exit_status` is set when it has run and must outlive the parse.
void AddReportCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
