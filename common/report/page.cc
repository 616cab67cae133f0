#include "common/report/page.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/printable.h"
#include "common/base/shell_quote.h"
#include "common/report/acceptance_block.h"
#include "common/report/figure_table.h"
#include "common/report/page_arrivals.h"
#include "common/report/page_head.h"
#include "common/report/page_network.h"
#include "common/report/page_servers.h"
#include "common/report/page_targets.h"
#include "common/report/page_totals.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

void AppendFiles(const Results& results, std::string run_dir, std::string& out) {
  // A page without a folder, e.g. of a test's results, has no files to name.
  if (run_dir.empty()) return;
  const std::string word = ShellQuoted(run_dir);
  if (!run_dir.ends_with('/')) run_dir += '/';
  std::vector<std::string> items = {
      Printable(run_dir), "summary.json, curves.csv, requests.jsonl, run.json, journal.pb"};
  if (results.spec.save_text) items.back() += ", outputs.jsonl";
  items.push_back("AIPerf's profile_export.jsonl, profile_export_aiperf.json,");
  items.push_back("profile_export_aiperf.csv, server_metrics_export.json");
  AppendFlow({.label = "files"}, items, out);
  // Quoted, so that the commands can be pasted as they are.
  const std::string name = Printable(word);
  const std::vector<std::string> commands = {"specctl report " + name,
                                             "specctl export " + name + " --chunks",
                                             "specctl run --like " + name};
  AppendFlow({.label = "next"}, commands, out);
}

}  // namespace

std::string RenderPage(const Results& results, const PageOptions& options) {
  std::string out = VerdictLines(results) + SetupLines(results);
  out += "\n" + FigureTable(results, options.statistics);
  if (results.servers) AppendServerLatencies(*results.servers, out);
  out += ArrivalLines(results) + NetworkLines(results);
  out += TargetTable(results);
  const std::string acceptance = AcceptanceBlock(results);
  if (!acceptance.empty()) out += "\n" + acceptance;
  out += "\n" + TotalsLines(results);
  AppendFiles(results, options.run_dir, out);
  // Laid out for that width already.
  if (options.columns >= kPageColumns) return out;
  return FitLines(out, std::max(options.columns, kPageColumnsMin));
}

std::string WithColour(std::string page) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kColours = {
      {{"VALID", "\x1b[1;32m"}, {"DEGRADED", "\x1b[1;33m"}, {"INVALID", "\x1b[1;31m"}}};
  for (const auto& [word, colour] : kColours) {
    if (!page.starts_with(word)) continue;
    page.insert(word.size(), "\x1b[0m");
    page.insert(0, colour);
    break;
  }
  return page;
}

}  // namespace specctl
