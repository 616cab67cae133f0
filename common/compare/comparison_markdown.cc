#include <absl/strings/str_format.h>

#include "common/compare/comparison.h"
#include "common/compare/figure_words.h"

namespace specctl {
namespace {

// A cell's text: what ends a cell or begins markup is escaped.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      cell += ' ';
      continue;
    }
    if (std::string_view("|\\`*_<>[]").find(c) != std::string_view::npos) cell += '\\';
    cell += c;
  }
  return cell;
}

std::string Code(std::string_view text) {
  // Nothing can be escaped inside backticks; a | would still end the table's cell.
  std::string code = "`";
  for (const char c : text) code += c == '`' || c == '\n' || c == '|' ? ' ' : c;
  return code + "`";
}

std::string Bold(const std::string& text) { return text.empty() ? text : "**" + text + "**"; }

std::string MarkdownFinding(Finding finding) {
  const std::string text = FindingText(finding);
  // Bold is for what a reviewer should see.
  return IsCalled(finding) ? Bold(text) : text;
}

std::string MarkdownRow(const ComparedFigure& figure, const ComparedStatistic& statistic) {
  return absl::StrFormat("| %s | %s | %s | %s | %s | %s |\n",
                         Cell(StatisticLabel(figure, statistic)), ValueText(statistic.a),
                         ValueText(statistic.b), DifferenceText(statistic), RatioText(statistic),
                         MarkdownFinding(statistic.finding));
}

std::string MarkdownTable(const ComparedFigures& figures) {
  std::string out =
      "| | A | B | B - A (95 % interval) | B / A (95 % interval) | |\n"
      "|---|---:|---:|---|---|---|\n";
  for (const ComparedFigure& figure : figures) {
    for (const ComparedStatistic& statistic : figure.statistics) {
      if (IsShown(figure, statistic)) out += MarkdownRow(figure, statistic);
    }
  }
  return out;
}

std::string MarkdownSpec(const Comparison& comparison) {
  if (comparison.spec_differences.empty()) return "";
  std::string out = "\n| what differs | A | B |\n|---|---|---|\n";
  for (const SpecDifference& difference : comparison.spec_differences) {
    out += absl::StrFormat("| %s | %s | %s |\n", Code(difference.field), Cell(difference.a),
                           Cell(difference.b));
  }
  return out;
}

// Of each slice what is called different.
std::string MarkdownSlices(const Comparison& comparison) {
  std::string rows;
  for (const ComparedSlice& slice : comparison.slices) {
    for (const ComparedFigure& figure : slice.figures) {
      const ComparedStatistic& main = figure.main();
      if (!IsCalled(main.finding)) continue;
      rows += absl::StrFormat(
          "| %s | %s | %s | %s |\n", Cell(std::string(DimensionName(slice.by)) + " " + slice.key),
          Cell(StatisticLabel(figure, main)), RatioText(main), MarkdownFinding(main.finding));
    }
  }
  if (rows.empty()) return "";
  return "\n| slice | figure | B / A (95 % interval) | |\n|---|---|---|---|\n" + rows;
}

std::string MarkdownOf(const Comparison& comparison) {
  std::string out =
      absl::StrFormat("### %s against %s\n\n", Code(comparison.b->name), Code(comparison.a->name));
  for (const Refusal& refusal : comparison.comparability.refusals) {
    out += absl::StrFormat("> **Refused**: %s. To match: %s.\n>\n", Cell(refusal.text),
                           Cell(refusal.match));
  }
  if (!comparison.comparable()) out += "\n";
  out += MarkdownTable(comparison.figures);
  out += "\n" + Cell(RepliesText(comparison.replies)) + ".\n";
  out += MarkdownSlices(comparison);
  if (!comparison.decisions.empty()) out += "\n";
  for (const Decision& decision : comparison.decisions) {
    out += absl::StrFormat("- %s %s: %s\n", decision.holds ? "holds:" : "**fails:**",
                           Code(decision.term), Cell(decision.reason));
  }
  out += MarkdownSpec(comparison);
  if (!comparison.comparability.notes.empty()) out += "\n";
  for (const std::string& note : comparison.comparability.notes) out += "- " + Cell(note) + "\n";
  return out;
}

}  // namespace

std::string ComparisonMarkdown(const std::vector<Comparison>& comparisons) {
  std::string out;
  for (const Comparison& comparison : comparisons) {
    if (!out.empty()) out += "\n";
    out += MarkdownOf(comparison);
  }
  return out;
}

}  // namespace specctl
