#include <variant>

#include "common/figures/catalogue.h"
#include "common/report/artifacts.h"
#include "common/report/csv_line.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

template <class Code>
void AddCodes(const std::vector<Code>& codes, std::string_view (*name)(Code), CsvLine& line) {
  std::string joined;
  for (const Code code : codes) {
    // Not a comma, which would need quotes.
    if (!joined.empty()) joined += ';';
    joined += name(code);
  }
  line.AddText(joined);
}

// A window's figures are numbers; anything else has no column.
void AddWindowValue(const FigureValue& value, CsvLine& line) {
  if (const auto* count = std::get_if<uint64_t>(&value)) {
    line.AddCount(*count);
  } else if (const auto* number = std::get_if<double>(&value)) {
    line.AddNumber(*number);
  } else {
    line.AddEmpty();
  }
}

// What a window is, its figures in the catalogue's order, and what they are of.
std::string CurvesHeader() {
  std::string header = "start_s,stage,verdict,reasons,labels";
  for (const auto& figure : WindowCatalogue()) header += "," + std::string(figure.key);
  // Last: it is of the run, the same in every line.
  return header + ",dataset\n";
}

void AppendWindow(const WindowFigures& window, std::string_view dataset, std::string& out) {
  CsvLine line(out);
  line.AddCount(window.start_s);
  line.AddText(StageName(window.stage));
  line.AddText(VerdictName(window.verdict));
  AddCodes(window.reasons, ReasonName, line);
  AddCodes(window.labels, LabelName, line);
  for (const auto& figure : WindowCatalogue()) AddWindowValue(figure.read(window), line);
  line.AddText(dataset);
  line.End();
}

}  // namespace

std::string CurvesCsv(const Results& results) {
  std::string out = CurvesHeader();
  const std::string dataset = DatasetLabel(results.spec.dataset);
  for (const WindowFigures& window : results.windows) AppendWindow(window, dataset, out);
  return out;
}

}  // namespace specctl
