#include <algorithm>
#include <array>

#include <absl/strings/str_format.h>

#include "common/compare/comparison.h"
#include "common/compare/figure_words.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

std::string WithoutTail(std::string line) {
  // The last column is padded, too, or empty; files should have no trailing spaces.
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string HeadLine(const Comparison& comparison) {
  return absl::StrFormat("%s%s against %s\n",
                         PadRight(comparison.comparable() ? "COMPARED" : "REFUSED", kLabelColumns),
                         comparison.b->name, comparison.a->name);
}

std::string RefusalLines(const Comparison& comparison) {
  std::string out;
  for (const Refusal& refusal : comparison.comparability.refusals) {
    AppendProse("refused", refusal.text, out);
    AppendProse("  match", refusal.match, out);
  }
  return out;
}

std::string SpecLines(const Comparison& comparison) {
  std::string out;
  std::string_view label = "differs";
  for (const SpecDifference& difference : comparison.spec_differences) {
    const auto shown = [](const std::string& value) { return value.empty() ? "absent" : value; };
    AppendFlow({.label = label},
               std::vector<std::string>{difference.field, "A " + shown(difference.a),
                                        "B " + shown(difference.b)},
               out);
    // Only the first of them has the label.
    label = "";
  }
  for (const std::string& note : comparison.comparability.notes) AppendProse("note", note, out);
  return out;
}

// A line of the table: the figure, which way is better, A, B, difference, ratio, finding.
constexpr size_t kCells = 7;
using Cells = std::array<std::string, kCells>;
constexpr bool IsNumber(size_t cell) { return cell >= 2 && cell <= 4; }
constexpr size_t kNameColumnsMax = 32;  // a longer name moves its line to the right

std::string_view BetterMark(Better better) {
  switch (better) {
    case Better::kUp:
      return "+";
    case Better::kDown:
      return "-";
    case Better::kNeither:
      break;
  }
  return "";
}

// The interval stands with the ratio, and with the difference where there is no ratio.
Cells CellsOf(const ComparedFigure& figure, const ComparedStatistic& statistic) {
  const bool with_ratio = statistic.ratio && statistic.ratio->low;
  ComparedStatistic bare = statistic;
  if (with_ratio && bare.difference) bare.difference->low = bare.difference->high = std::nullopt;
  return {StatisticLabel(figure, statistic),
          std::string(BetterMark(figure.better)),
          ValueText(statistic.a),
          ValueText(statistic.b),
          DifferenceText(bare),
          RatioText(statistic),
          FindingText(statistic.finding)};
}

// Each column as wide as its widest cell.
std::string TableOf(const ComparedFigures& figures) {
  std::vector<Cells> rows = {{"", "", "A", "B", "B - A", "B / A (95 % interval)", ""}};
  for (const ComparedFigure& figure : figures) {
    for (const ComparedStatistic& statistic : figure.statistics) {
      if (IsShown(figure, statistic)) rows.push_back(CellsOf(figure, statistic));
    }
  }
  std::array<size_t, kCells> widths{};
  for (const Cells& row : rows) {
    for (size_t i = 0; i < kCells; ++i) widths[i] = std::max(widths[i], ColumnsOf(row[i]));
  }
  // One long name must not push every other line off the terminal.
  widths[0] = std::min(widths[0], kNameColumnsMax);
  std::string out;
  for (const Cells& row : rows) {
    std::string line;
    for (size_t i = 0; i < kCells; ++i) {
      if (i > 0) line += "  ";
      line += IsNumber(i) ? PadLeft(row[i], widths[i]) : PadRight(row[i], widths[i]);
    }
    out += WithoutTail(line);
  }
  return out +
         "(+: higher is better, -: lower is better; unclear: its interval leaves out no change, "
         "but\n"
         "so may one of this many by chance)\n";
}

// Figures that are called different in a slice, the first few of them.
std::vector<std::string> CalledIn(const ComparedSlice& slice) {
  constexpr size_t kNamedMax = 2;
  std::vector<std::string> items;
  size_t more = 0;
  for (const ComparedFigure& figure : slice.figures) {
    const ComparedStatistic& main = figure.main();
    if (!IsCalled(main.finding)) continue;
    // Enough to see what kind of difference it is on one line.
    if (items.size() == kNamedMax) {
      ++more;
      continue;
    }
    items.push_back(StatisticLabel(figure, main) + " x " + RatioText(main) + " " +
                    FindingText(main.finding));
  }
  if (more > 0) items.push_back(absl::StrFormat("and %d more", more));
  return items;
}

// The other formats have all figures of every slice.
std::string SliceLines(const Comparison& comparison) {
  // Nothing is called in a refused comparison: every slice would be silent.
  if (!comparison.comparable() || comparison.slices.empty()) return "";
  std::string out;
  size_t silent = 0;
  for (const ComparedSlice& slice : comparison.slices) {
    const std::vector<std::string> items = CalledIn(slice);
    if (items.empty()) {
      ++silent;
      continue;
    }
    const std::string label = std::string(DimensionName(slice.by)) + " " + slice.key;
    AppendFlow({.label = PadRight(label, kNameColumnsMax) + " ", .label_columns = kLabelColumns},
               items, out);
  }
  if (silent > 0) {
    out +=
        absl::StrFormat("slices    no difference is shown in %s\n", CountedText(silent, "slice"));
  }
  return out;
}

std::string ReplyLines(const ReplyComparison& replies) {
  std::string out;
  AppendProse("replies", RepliesText(replies), out);
  if (!replies.match || !replies.match->first) return out;
  const ReplyDifference& first = *replies.match->first;
  out += absl::StrFormat("          the earliest is in question %s, turn %d, at character %d:\n",
                         first.question_id, first.turn, first.at_character);
  for (const auto& [run, text] : {std::pair("A", &first.a), std::pair("B", &first.b)}) {
    std::string line;
    for (const char c : *text) {
      // An answer's line breaks would look like lines of the page.
      if (c == '\n') {
        line += "\\n";
      } else {
        line += c;
      }
    }
    out += absl::StrFormat("            %s  %s\n", run, line);
  }
  return out;
}

std::string RequireLines(const Comparison& comparison) {
  std::string out;
  for (const Decision& decision : comparison.decisions) {
    AppendProse(decision.holds ? "holds" : "FAILS", decision.term + ": " + decision.reason, out);
  }
  return out;
}

}  // namespace

std::string ComparisonText(const std::vector<Comparison>& comparisons) {
  std::string out;
  for (const Comparison& comparison : comparisons) {
    if (!out.empty()) out += "\n";
    out += HeadLine(comparison) + RefusalLines(comparison) + SpecLines(comparison) + "\n" +
           TableOf(comparison.figures) + "\n" + ReplyLines(comparison.replies) +
           SliceLines(comparison) + RequireLines(comparison);
  }
  return out;
}

}  // namespace specctl
