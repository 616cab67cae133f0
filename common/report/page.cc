#include "common/report/page.h"

#include <vector>

#include "common/report/acceptance_block.h"
#include "common/report/figure_table.h"
#include "common/report/page_head.h"
#include "common/report/page_network.h"
#include "common/report/page_totals.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

std::string FilesLine(const Results& results, std::string run_dir) {
  if (run_dir.empty()) return "";
  if (!run_dir.ends_with('/')) run_dir += '/';
  std::vector<std::string> items = {Printable(run_dir),
                                    "summary.json, curves.csv, requests.jsonl, run.json"};
  if (results.spec.save_text) items.back() += ", outputs.jsonl";
  std::string out;
  AppendFlow({.label = "files"}, items, out);
  return out;
}

}  // namespace

std::string RenderPage(const Results& results, const PageOptions& options) {
  std::string out = VerdictLines(results, options.colour) + SetupLines(results);
  out += "\n" + FigureTable(results);
  out += NetworkLines(results);
  const std::string acceptance = AcceptanceBlock(results);
  if (!acceptance.empty()) out += "\n" + acceptance;
  out += "\n" + TotalsLines(results);
  return out + FilesLine(results, options.run_dir);
}

}  // namespace specctl
