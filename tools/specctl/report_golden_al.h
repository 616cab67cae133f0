// `specctl report RUN... --format golden-al`.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace specctl::cli {

// Prints the YAML to `out`, or writes it into `output` where that is named.  Nothing is written
// into the runs.  Exit status: 0; 1 a damaged journal, a run without the value, or output that
// can't be written; 2 no such run, or runs that don't belong into one file.
int RunGoldenAl(const std::vector<std::string>& runs, const std::string& output, std::ostream& out,
                std::ostream& err);

}  // namespace specctl::cli
