#include "common/sweep/pair_ratios.h"

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/analysis/figures.h"
#include "common/planning/measured_json.h"

namespace specctl {
namespace {

// Of one request; nullopt: it has none.
using ReadValue = std::optional<double> (*)(const SettledRequest& request);

constexpr std::array<std::pair<std::string_view, ReadValue>, 4> kRatios = {
    {{"user_tps", UserTps},
     {"ttft_ms", TtftMs},
     {"itl_ms", ItlMs},
     {"request_latency_ms", RequestLatencyMs}}};

// A turn on both targets.
using BothRequests = std::array<const SettledRequest*, 2>;

// By the pair of conversations, which stand at neighbouring positions, and the turn.
std::map<uint64_t, std::map<uint32_t, BothRequests>> RequestsOfPairs(const RunSample& sample) {
  std::map<uint64_t, std::map<uint32_t, BothRequests>> pairs;
  for (const SampledRequest& request : sample.requests) {
    const SettledRequest& settled = request.settled;
    if (!settled.ok() || settled.cut || settled.target > 1) continue;
    pairs[settled.position / 2][settled.turn].at(settled.target) = &settled;
  }
  return pairs;
}

// Mean logarithm of the ratio over the turns that both have; nullopt: none has.
std::optional<double> LogRatio(const std::map<uint32_t, BothRequests>& turns, ReadValue read) {
  double sum = 0;
  size_t count = 0;
  for (const auto& [turn, both] : turns) {
    if (both[0] == nullptr || both[1] == nullptr) continue;
    const auto first = read(*both[0]), second = read(*both[1]);
    if (!first || !second || !(*first > 0) || !(*second > 0)) continue;
    sum += std::log(*second / *first);
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

Measured GeometricMean(const std::vector<double>& logs) {
  double mean = 0, squares = 0;
  const auto count = static_cast<double>(logs.size());
  for (const double log : logs) mean += log / count;
  for (const double log : logs) squares += (log - mean) * (log - mean);
  const double error = std::sqrt(squares / (count - 1) / count);
  const double ratio = std::exp(mean);
  // The interval of the logarithm, to each side.
  return {.value = ratio,
          .spread = Spread{.below = ratio * (1 - std::exp(-error)),
                           .above = ratio * (std::exp(error) - 1),
                           .degrees = count - 1}};
}

// Of a run that can't be trusted, or whose queue grew, ratios are no state that could last.
absl::Status CheckVerdict(const Verdict& verdict) {
  for (const VerdictReason& reason : verdict.reasons) {
    if (reason.code != ReasonCode::kUnstable) continue;
    return absl::FailedPreconditionError("its run is unstable: " + reason.text);
  }
  if (verdict.state != VerdictState::kInvalid) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "its run is invalid" +
      (verdict.reasons.empty() ? std::string() : ": " + verdict.reasons.front().text));
}

}  // namespace

absl::StatusOr<MeasuredFigures> PairRatios(const RunSample& sample) {
  if (absl::Status status = CheckVerdict(sample.results.verdict); !status.ok()) return status;
  const auto pairs = RequestsOfPairs(sample);
  MeasuredFigures ratios;
  size_t most = 0;
  for (const auto& [key, read] : kRatios) {
    std::vector<double> logs;
    for (const auto& [pair, turns] : pairs) {
      if (const auto log = LogRatio(turns, read)) logs.push_back(*log);
    }
    most = std::max(most, logs.size());
    const FigureName* const name = FindAnyFigure(key);
    if (logs.size() < kPairsMin || name == nullptr) continue;
    ratios.push_back(
        {.figure = name, .statistics = {{.key = "mean", .measured = GeometricMean(logs)}}});
  }
  if (!ratios.empty()) return ratios;
  return absl::FailedPreconditionError(
      absl::StrFormat("%d conversations ended well on both targets within the hold; an interval "
                      "takes %d: measure for longer",
                      most, kPairsMin));
}

}  // namespace specctl
