#include "common/compare/comparison.h"
#include "common/report/csv_line.h"

namespace specctl {
namespace {

// docs/artifacts.md has their meaning.
constexpr std::string_view kHeader =
    "a,b,comparable,by,key,figure,statistic,unit,better,value_a,value_b,difference,difference_low,"
    "difference_high,ratio,ratio_low,ratio_high,finding\n";

void AddValue(const std::optional<Measured>& measured, CsvLine& line) {
  line.AddNumber(measured ? std::optional(measured->value) : std::nullopt);
}

void AddWithEnds(const std::optional<Estimate>& estimate, CsvLine& line) {
  const Estimate none;
  const Estimate& known = estimate ? *estimate : none;
  line.AddNumber(estimate ? std::optional(known.value) : std::nullopt);
  line.AddNumber(known.low);
  line.AddNumber(known.high);
}

// Of the headline (`slice` is nullptr), or of a slice.
void AppendFigures(const Comparison& comparison, const ComparedSlice* slice,
                   const ComparedFigures& figures, std::string& out) {
  for (const ComparedFigure& figure : figures) {
    for (const ComparedStatistic& statistic : figure.statistics) {
      CsvLine line(out);
      line.AddText(comparison.a->name);
      line.AddText(comparison.b->name);
      line.AddText(comparison.comparable() ? "true" : "false");
      line.AddText(slice == nullptr ? std::string_view() : DimensionName(slice->by));
      line.AddText(slice == nullptr ? std::string_view() : slice->key);
      line.AddText(figure.figure->key);
      line.AddText(statistic.key);
      line.AddText(UnitName(figure.figure->unit));
      line.AddText(BetterName(figure.better));
      AddValue(statistic.a, line);
      AddValue(statistic.b, line);
      AddWithEnds(statistic.difference, line);
      AddWithEnds(statistic.ratio, line);
      line.AddText(FindingName(statistic.finding));
      line.End();
    }
  }
}

}  // namespace

std::string ComparisonCsv(const std::vector<Comparison>& comparisons) {
  std::string out(kHeader);
  for (const Comparison& comparison : comparisons) {
    AppendFigures(comparison, nullptr, comparison.figures, out);
    for (const ComparedSlice& slice : comparison.slices) {
      AppendFigures(comparison, &slice, slice.figures, out);
    }
  }
  return out;
}

}  // namespace specctl
