// `specctl compare A B [C...]`: runs side by side, the first being the baseline.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "common/report/text_layout.h"

namespace CLI {
class App;
}

namespace specctl::cli {

struct CompareRequest {
  std::vector<std::string> runs;  // at least two: folders, journals, or ids that runs printed
  std::string format = "text";    // text, csv, json, markdown
  std::string across;             // revisions that may differ: engine,dataset,drafter
  std::string floor;              // a second run of the baseline; empty: none
  std::vector<std::string> requires_all;  // each: conditions, or @FILE of acceptance floors
  std::string output;                     // file; empty: standard output
  size_t columns = kPageColumns;          // of text
};

// Prints the comparison, or writes it to the file; warnings and errors to `err`.
// Exit status: 0; 1 a damaged journal or a file that can't be written; 2 bad input, or the
// comparison of some run is refused; 3 some requirement does not hold.
int RunCompare(const CompareRequest& request, std::ostream& out, std::ostream& err);

// Adds the subcommand; `exit_status` is set when it has run and must outlive the parse.
void AddCompareCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
