#include "common/planning/plan_request.h"

#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"

namespace specctl {
namespace {

constexpr std::array<std::pair<std::string_view, bool>, 5> kDemandUnits = {
    {{"tps", true}, {"tokens/s", true}, {"rps", false}, {"requests/s", false}, {"/s", false}}};
constexpr double kSharesOff = 0.01;

std::string_view WithoutSpaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The number at the front of `text`, and what is behind it; nullopt unless above 0 and finite.
std::optional<std::pair<double, std::string_view>> PositiveNumber(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || !(number > 0)) return std::nullopt;
  return std::pair(number, text.substr(static_cast<size_t>(end - text.data())));
}

absl::Status BadMix(std::string_view text, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrFormat(
      "--mix \"%s\": %s; need shares of output tokens, e.g. coding=0.4,roleplay=0.6",
      Printable(text), why));
}

}  // namespace

absl::StatusOr<Demand> ParseDemand(std::string_view text) {
  const std::string_view trimmed = WithoutSpaces(text);
  if (const auto number = PositiveNumber(trimmed)) {
    const std::string_view unit = WithoutSpaces(number->second);
    for (const auto& [name, of_tokens] : kDemandUnits) {
      if (unit == name) {
        return Demand{.per_s = number->first, .of_tokens = of_tokens, .text = std::string(trimmed)};
      }
    }
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "--demand: need a number above 0 with tps (output tokens/s) or rps (requests/s), e.g. "
      "4000tps, got \"%s\"",
      Printable(text)));
}

absl::StatusOr<std::vector<MixShare>> ParseMix(std::string_view text) {
  std::vector<MixShare> mix;
  std::set<std::string> domains;
  double sum = 0;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view term = text.substr(begin, end - begin);
    const size_t equals = term.find('=');
    if (equals == std::string_view::npos) return BadMix(text, "a share without \"=\"");
    const std::string domain(WithoutSpaces(term.substr(0, equals)));
    const auto share = PositiveNumber(WithoutSpaces(term.substr(equals + 1)));
    if (domain.empty() || !share || !share->second.empty()) {
      return BadMix(text, absl::StrFormat("\"%s\" is no share above 0", Printable(term)));
    }
    if (!domains.insert(domain).second) return BadMix(text, domain + " is there twice");
    mix.push_back({.domain = domain, .share = share->first});
    sum += share->first;
    begin = end + 1;
  }
  if (std::abs(sum - 1) > kSharesOff) {
    return BadMix(text, absl::StrFormat("the shares add up to %g, not to 1", sum));
  }
  // What rounding left over is spread.
  for (MixShare& share : mix) share.share /= sum;
  return mix;
}

}  // namespace specctl
