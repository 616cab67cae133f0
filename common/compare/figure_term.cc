#include "common/compare/figure_term.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"
#include "common/compare/run_facts.h"

namespace specctl {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "p1, p5, ...".
std::string QuantileKeys() {
  std::string keys;
  for (const Statistic& statistic : Statistics()) {
    if (!statistic.key.starts_with('p')) continue;
    keys += (keys.empty() ? "" : ", ") + std::string(statistic.key);
  }
  return keys;
}

// By its key, with or without the unit at its end.
const FigureName* Named(std::string_view key, std::span<const FigureName> others) {
  for (const FigureName& other : others) {
    if (other.key == key) return &other;
  }
  if (const FigureName* found = FindFigure(key)) return found;
  if (const FigureName* found = FindFact(key)) return found;
  const FigureName* found = FindFigure(std::string(key) + "_ms");
  return found != nullptr && found->unit == Unit::kMilliseconds ? found : nullptr;
}

std::string WhatIsUnknown(std::string_view figure, std::span<const FigureName> others) {
  const std::string_view tail = figure.substr(std::min(figure.size(), figure.rfind("_p")));
  // ttft_p96 is a slip in the quantile, not in the figure: suggesting "ttft" would not help.
  const bool is_quantile = tail.size() > 2 && tail[2] >= '0' && tail[2] <= '9';
  const std::string_view head = figure.substr(0, figure.size() - tail.size());
  if (is_quantile && Named(head, others) != nullptr) {
    return absl::StrFormat("there is no quantile %s: need one of %s", tail.substr(1),
                           QuantileKeys());
  }
  const std::string_view nearest = NearestFigure(figure);
  return absl::StrFormat(
      "there is no figure %s%s; docs/metrics.md lists them", figure,
      nearest.empty() ? std::string() : absl::StrFormat(": did you mean %s?", nearest));
}

// "" where `quantile`, nullptr for none, can be had of the figure.
std::string WhatIsWrong(const FigureName& figure, const Statistic* quantile) {
  if (figure.kind == FigureKind::kQualifier) {
    return absl::StrFormat("%s is not a number", figure.key);
  }
  if (quantile == nullptr || figure.kind == FigureKind::kDistribution) return "";
  return absl::StrFormat("%s has no quantiles: leave out _%s", figure.key, quantile->key);
}

bool HasMean(FigureKind kind) {
  return kind == FigureKind::kDistribution || kind == FigureKind::kGauge;
}

}  // namespace

std::string_view TrimmedTerm(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

absl::Status FigureTerm::Wrong(std::string_view piece, const std::string& what) const {
  const size_t at = static_cast<size_t>(piece.data() - whole_.data()) + 1;
  return absl::InvalidArgumentError(
      absl::StrFormat("condition \"%s\", character %d: %s", Printable(term_), at, what));
}

absl::StatusOr<NamedFigure> FigureTerm::ReadFigure(std::span<const FigureName> others) const {
  size_t length = 0;
  while (length < term_.size() && IsNameCharacter(term_[length])) ++length;
  NamedFigure named{.name = term_.substr(0, length), .rest = TrimmedTerm(term_.substr(length))};
  if (named.name.empty()) {
    return Wrong(term_, "need the key of a figure, e.g. output_tps or ttft_p95");
  }
  // From the right: figures such as output_tps_peak have "_p" in their own names.
  const size_t suffix = named.name.rfind("_p");
  const Statistic* quantile =
      suffix == std::string_view::npos ? nullptr : FindStatistic(named.name.substr(suffix + 1));
  // Only what the catalogue knows as a quantile is cut off.
  const std::string_view key = quantile == nullptr ? named.name : named.name.substr(0, suffix);
  named.figure = Named(key, others);
  if (named.figure == nullptr) return Wrong(named.name, WhatIsUnknown(key, others));
  const std::string wrong = WhatIsWrong(*named.figure, quantile);
  if (!wrong.empty()) return Wrong(named.name, wrong);
  named.statistic = quantile;
  if (quantile == nullptr && HasMean(named.figure->kind)) named.statistic = FindStatistic("mean");
  return named;
}

absl::StatusOr<std::vector<FigureTerm>> SplitTerms(std::string_view text) {
  std::vector<FigureTerm> terms;
  // <=: an empty text has one term, which is empty and an error.
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view term = TrimmedTerm(text.substr(begin, end - begin));
    if (term.empty() && begin > 0 && end == text.size()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "conditions \"%s\", character %d: nothing after the last comma", Printable(text), begin));
    }
    terms.emplace_back(text, term);
    begin = end + 1;
  }
  return terms;
}

}  // namespace specctl
