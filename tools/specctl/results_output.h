// What `run` prints of its results at its end, and `report` of an earlier run's.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "common/report/page.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace specctl::cli {

struct ResultsFormat {
  std::string format = "text";
  std::vector<const Statistic*> columns;  // of the page's distributions; empty: the usual ones
};

// Values of --format that a command has besides, and what its help says of them.
struct ExtraFormats {
  std::vector<std::string_view> names;
  std::string_view help;
};

// Defines --format and --columns on `app`, in the group of that name of its help; `format` must
// outlive the parsing.  A value that is none is refused there, with the flag and what there is
// (CLI::ValidationError).
void AddResultsFlags(CLI::App& app, ResultsFormat& format, const std::string& group,
                     const ExtraFormats& extra = {});

// INVALID_ARGUMENT: --columns where no page is printed.
absl::Status CheckResultsFormat(const ResultsFormat& format);

// Prints page, CSV or summary to `out`.  `page.statistics` is taken from the format.  Errors as of
// PrintPage.
absl::Status PrintResults(const Results& results, const ResultsFormat& format, PageOptions page,
                          bool colour, std::ostream& out);

}  // namespace specctl::cli
