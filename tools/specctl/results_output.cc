#include "tools/specctl/results_output.h"

#include <algorithm>
#include <span>
#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <CLI/CLI.hpp>

#include "common/base/edit_distance.h"
#include "common/report/artifacts.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {

namespace {

// What is wrong with a value of --format; empty: nothing.
std::string WrongFormat(const std::string& typed, std::span<const std::string_view> formats) {
  const auto found = std::find(formats.begin(), formats.end(), typed);
  if (found != formats.end()) return "";
  const std::string_view nearest = NearestName(typed, formats);
  const std::vector<std::string> all(formats.begin(), formats.end());
  return absl::StrFormat("need one of %s; got \"%s\"%s", absl::StrJoin(all, ", "), typed,
                         nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?");
}

}  // namespace

void AddResultsFlags(CLI::App& app, ResultsFormat& format, const std::string& group,
                     const ExtraFormats& extra) {
  std::vector<std::string_view> formats = {"text", "csv", "json"};
  formats.insert(formats.end(), extra.names.begin(), extra.names.end());
  app.add_option("--format", format.format,
                 "What to print: text (the page), csv (a row per figure) or json (summary.json)" +
                     std::string(extra.help))
      ->check([formats](const std::string& typed) { return WrongFormat(typed, formats); }, "")
      ->default_str("text")
      ->group(group);
  const auto take = [&format](const std::string& list) {
    auto columns = ParseStatistics(list);
    if (!columns.ok()) {
      throw CLI::ValidationError("--columns", std::string(columns.status().message()));
    }
    format.columns = *std::move(columns);
  };
  app.add_option_function<std::string>(
         "--columns", take,
         "Statistics in the page's table of distributions, e.g. mean,p50,p99,min,max,stddev")
      ->group(group);
}

absl::Status CheckResultsFormat(const ResultsFormat& format) {
  if (format.columns.empty() || format.format == "text") return absl::OkStatus();
  return BadFlag("--columns", "needs --format text: csv and json have every statistic");
}

absl::Status PrintResults(const Results& results, const ResultsFormat& format, PageOptions page,
                          bool colour, std::ostream& out) {
  // PrintPage() would replace characters of texts that JSON has escaped already.
  if (format.format == "json") return PrintJson(SummaryJson(results), out);
  if (format.format == "csv") return PrintPage(FiguresCsv(results), out);
  page.statistics = format.columns;
  return PrintPage(RenderPage(results, page), out, colour);
}

}  // namespace specctl::cli
