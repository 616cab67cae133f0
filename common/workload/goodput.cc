#include "common/workload/goodput.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

namespace specctl {
namespace {

struct NamedGoodput {
  GoodputFigure figure;
  std::string_view name, of_aiperf;
};
constexpr std::array kGoodputNames = {
    NamedGoodput{GoodputFigure::kTtft, "ttft", "time_to_first_token"},
    NamedGoodput{GoodputFigure::kTtftUser, "ttft_user", ""},
    NamedGoodput{GoodputFigure::kItl, "itl", "inter_token_latency"},
    NamedGoodput{GoodputFigure::kRequestLatency, "request_latency", ""},
    NamedGoodput{GoodputFigure::kUserTps, "user_tps", "output_token_throughput_per_user"}};

absl::Status BadTerm(std::string_view term, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("\"%s\": %s", term, what));
}

}  // namespace

std::string_view GoodputFigureName(GoodputFigure figure) {
  return kGoodputNames[static_cast<size_t>(figure)].name;
}

std::optional<GoodputFigure> FindGoodputFigure(std::string_view name) {
  for (const NamedGoodput& each : kGoodputNames) {
    if (name == each.name || (!each.of_aiperf.empty() && name == each.of_aiperf)) {
      return each.figure;
    }
  }
  return std::nullopt;
}

absl::StatusOr<GoodputTerms> ParseGoodput(std::string_view text) {
  GoodputTerms terms;
  const std::string owned(text);
  for (const auto& part : absl::StrSplit(owned, absl::ByAnyChar(", "), absl::SkipEmpty())) {
    const std::string_view term(part.data(), part.size());
    const size_t colon = term.find(':');
    const auto figure = FindGoodputFigure(term.substr(0, colon));
    if (!figure || colon == std::string_view::npos) {
      return BadTerm(term,
                     "need FIGURE:LIMIT of ttft, ttft_user, itl, request_latency (ms) or user_tps "
                     "(tokens/s)");
    }
    const std::string_view number = term.substr(colon + 1);
    double limit = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), limit);
    const bool whole = read.ec == std::errc() && read.ptr == number.data() + number.size();
    if (!whole || !std::isfinite(limit) || limit <= 0) {
      return BadTerm(term, "need a limit above 0");
    }
    const std::string name(GoodputFigureName(*figure));
    const bool again = std::any_of(terms.begin(), terms.end(),
                                   [&](const auto& earlier) { return earlier.first == name; });
    if (again) return BadTerm(term, "is there twice");
    terms.emplace_back(name, limit);
  }
  if (terms.empty()) return absl::InvalidArgumentError("need at least one FIGURE:LIMIT");
  return terms;
}

}  // namespace specctl
