#include "common/compare/condition.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"
#include "common/compare/run_facts.h"

namespace specctl {
namespace {

struct UnitFactor {
  std::string_view name;
  double factor;  // to the figure's unit
};

// The catalogue's times are in ms; people write SLOs in s.
constexpr UnitFactor kOfMilliseconds[] = {{"ms", 1}, {"s", 1e3}, {"us", 1e-3}, {"min", 60e3}};
constexpr UnitFactor kOfTokensPerSecond[] = {{"tps", 1}, {"tokens/s", 1}};
constexpr UnitFactor kOfPerSecond[] = {{"/s", 1}, {"rps", 1}};
constexpr UnitFactor kOfTokens[] = {{"tokens", 1}};

std::span<const UnitFactor> UnitsOf(Unit unit) {
  switch (unit) {
    case Unit::kMilliseconds:
      return kOfMilliseconds;
    case Unit::kTokensPerSecond:
      return kOfTokensPerSecond;
    case Unit::kPerSecond:
      return kOfPerSecond;
    case Unit::kTokens:
      return kOfTokens;
    // Shares and ratios: a number alone, or % of the first run.
    default:
      return {};
  }
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

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

// Reads one term; its pieces are parts of the whole text, so that an error can say where.
class TermReader {
 public:
  TermReader(std::string_view whole, std::string_view term, std::span<const FigureName> others)
      : whole_(whole), term_(term), others_(others) {}

  absl::StatusOr<Condition> Read() {
    std::string_view rest = term_;
    size_t length = 0;
    while (length < rest.size() && IsNameCharacter(rest[length])) ++length;
    const std::string_view name = rest.substr(0, length);
    if (absl::Status named = ReadName(name); !named.ok()) return named;
    rest = Trimmed(rest.substr(length));
    if (!rest.starts_with(">=") && !rest.starts_with("<=")) {
      // At the end of the term there is no character to point at: its end is the place.
      return Wrong(rest.empty() ? term_.substr(term_.size()) : rest.substr(0, 1),
                   absl::StrFormat("need >= or <= after %s", name));
    }
    condition_.at_least = rest[0] == '>';
    if (absl::Status read = ReadLimit(Trimmed(rest.substr(2))); !read.ok()) return read;
    condition_.text = term_;
    return std::move(condition_);
  }

 private:
  absl::Status Wrong(std::string_view piece, const std::string& what) const {
    // Every piece is a view into whole_, which makes the place a difference of pointers.
    const size_t at = static_cast<size_t>(piece.data() - whole_.data()) + 1;
    return absl::InvalidArgumentError(
        absl::StrFormat("condition \"%s\", character %d: %s", Printable(term_), at, what));
  }

  absl::Status ReadName(std::string_view name) {
    if (name.empty()) return Wrong(term_, "need the key of a figure, e.g. output_tps or ttft_p95");
    std::string_view figure = name;
    // From the right: figures such as output_tps_peak have "_p" in their own names.
    const size_t suffix = name.rfind("_p");
    const Statistic* quantile =
        suffix == std::string_view::npos ? nullptr : FindStatistic(name.substr(suffix + 1));
    // Only what the catalogue knows as a quantile is cut off.
    if (quantile != nullptr) figure = name.substr(0, suffix);
    condition_.figure = Find(figure);
    if (condition_.figure == nullptr) return UnknownFigure(name, figure);
    return SetStatistic(name, quantile);
  }

  // By its key, with or without the unit at its end.
  const FigureName* Find(std::string_view key) const {
    for (const FigureName& other : others_) {
      if (other.key == key) return &other;
    }
    if (const FigureName* found = FindFigure(key)) return found;
    if (const FigureName* found = FindFact(key)) return found;
    const FigureName* found = FindFigure(std::string(key) + "_ms");
    return found != nullptr && found->unit == Unit::kMilliseconds ? found : nullptr;
  }

  absl::Status UnknownFigure(std::string_view name, std::string_view figure) const {
    const std::string_view tail = figure.substr(std::min(figure.size(), figure.rfind("_p")));
    // ttft_p96 is a slip in the quantile, not in the figure: suggesting "ttft" would not help.
    const bool is_quantile = tail.size() > 2 && tail[2] >= '0' && tail[2] <= '9';
    if (is_quantile && Find(figure.substr(0, figure.size() - tail.size())) != nullptr) {
      return Wrong(name, absl::StrFormat("there is no quantile %s: need one of %s", tail.substr(1),
                                         QuantileKeys()));
    }
    const std::string_view nearest = NearestFigure(figure);
    return Wrong(name,
                 absl::StrFormat("there is no figure %s%s; docs/metrics.md lists them", figure,
                                 nearest.empty() ? std::string()
                                                 : absl::StrFormat(": did you mean %s?", nearest)));
  }

  absl::Status SetStatistic(std::string_view name, const Statistic* quantile) {
    const FigureName& figure = *condition_.figure;
    switch (figure.kind) {
      case FigureKind::kDistribution:
        condition_.statistic = quantile != nullptr ? quantile : FindStatistic("mean");
        return absl::OkStatus();
      case FigureKind::kGauge:
        if (quantile != nullptr) break;
        condition_.statistic = FindStatistic("mean");
        return absl::OkStatus();
      case FigureKind::kQualifier:
        return Wrong(name, absl::StrFormat("%s is not a number", figure.key));
      default:
        break;
    }
    if (quantile == nullptr) return absl::OkStatus();
    return Wrong(name,
                 absl::StrFormat("%s has no quantiles: leave out _%s", figure.key, quantile->key));
  }

  absl::Status ReadLimit(std::string_view text) {
    if (text.empty()) return Wrong(term_.substr(term_.size()), "need a number after >= or <=");
    // from_chars takes no plus, and words such as inf.
    std::string_view digits = text;
    if (text.starts_with('+') && !text.starts_with("+-")) digits.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), condition_.limit);
    if (error != std::errc() || !std::isfinite(condition_.limit)) {
      return Wrong(text, absl::StrFormat("%s is not a number", Printable(text)));
    }
    const std::string_view unit = Trimmed(digits.substr(static_cast<size_t>(end - digits.data())));
    if (unit.empty()) return absl::OkStatus();
    if (unit == "%") {
      condition_.relative = true;
      // -3% is kept as the share -0.03, as ratios are.
      condition_.limit /= 100;
      return absl::OkStatus();
    }
    return Convert(unit);
  }

  absl::Status Convert(std::string_view unit) {
    const FigureName& figure = *condition_.figure;
    std::string known;
    for (const UnitFactor& each : UnitsOf(figure.unit)) {
      if (unit == each.name) {
        condition_.limit *= each.factor;
        if (std::isfinite(condition_.limit)) return absl::OkStatus();
        return Wrong(unit, absl::StrFormat("too large for %s", figure.key));
      }
      known += absl::StrFormat("%s, ", each.name);
    }
    return Wrong(unit, absl::StrFormat("%s is not a unit of %s: need %s%%, or none",
                                       Printable(unit), figure.key, known));
  }

  const std::string_view whole_, term_;
  const std::span<const FigureName> others_;
  Condition condition_;
};

}  // namespace

absl::StatusOr<std::vector<Condition>> ParseConditions(std::string_view text,
                                                       std::span<const FigureName> others) {
  std::vector<Condition> conditions;
  // <=: an empty text has one term, which is empty and an error.
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view term = Trimmed(text.substr(begin, end - begin));
    if (term.empty() && begin > 0 && end == text.size()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "conditions \"%s\", character %d: nothing after the last comma", Printable(text), begin));
    }
    absl::StatusOr<Condition> condition = TermReader(text, term, others).Read();
    if (!condition.ok()) return condition.status();
    conditions.push_back(*std::move(condition));
    begin = end + 1;
  }
  return conditions;
}

}  // namespace specctl
