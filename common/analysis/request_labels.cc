#include "common/analysis/request_labels.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/analysis/precision.h"

namespace specctl {
namespace {

constexpr double kFillUpShareMax = 0.05;      // of the hold
constexpr double kContextOverflowMin = 0.05;  // of the requests sent

// Below these a run is its start and its end for the most part: few seconds, few requests, or fewer
// than two for each slot, so that all have the same start.
constexpr double kLengthMinS = 5;
constexpr uint64_t kRequestsMin = 30;
constexpr uint64_t kRequestsPerSlotMin = 2;

std::string_view FaultText(TokenFault fault) {
  switch (fault) {
    case TokenFault::kNone:
      break;
    case TokenFault::kUsageFalls:
      return "usage on chunks decreases";
    case TokenFault::kUsageStalls:
      return "usage does not grow while output arrives";
    case TokenFault::kUsageLags:
      return "usage lags behind its chunk";
    case TokenFault::kUsageNotTotal:
      return "usage on chunks does not end at the total";
    case TokenFault::kAboveMaxTokens:
      return "a total above max_tokens";
    case TokenFault::kOtherChoices:
      return "one total for several choices";
  }
  return "chunks and total disagree";
}

}  // namespace

std::optional<VerdictLabel> FillUpLabel(const Results& figures) {
  const bool open_loop = !ExpectationOf(figures.spec.load.shape).in_flight;
  const auto& latency_ms = figures.headline.latency.request_latency_ms;
  if (!open_loop || figures.headline_is_whole_run || figures.conservation.ok == 0) {
    return std::nullopt;
  }
  if (!latency_ms || !std::isfinite(latency_ms->p90)) {
    // Beyond the last observed: they take longer than the hold shows.
    return VerdictLabel{.code = Label::kFillUp,
                        .text =
                            "requests take too long for the hold to show when as many end as "
                            "begin: what is in flight may rise throughout it, and TPS with it; "
                            "give a longer --warmup and --duration"};
  }
  const double p90_ms = latency_ms->p90;
  const double rising_s = p90_ms / 1e3 - figures.hold->start_s;
  if (rising_s <= kFillUpShareMax * figures.hold->length_s) return std::nullopt;
  return VerdictLabel{.code = Label::kFillUp,
                      .text = absl::StrFormat(
                          "what is in flight rises from none in the first %.0f s of the hold, and "
                          "TPS with it: give a --warmup of %.0f s or more",
                          std::ceil(rising_s), std::ceil(p90_ms / 1e3))};
}

std::optional<VerdictLabel> ShortHoldLabel(const Results& figures) {
  if (!figures.headline_is_whole_run) return std::nullopt;
  return VerdictLabel{
      .code = Label::kShortHold,
      .text = "no hold of 5 s in which 30 requests began; the figures are those of the whole run"};
}

std::optional<VerdictLabel> UntilNotMetLabel(const Results& figures) {
  std::vector<std::string> wide;
  for (const PrecisionGoal& goal : figures.spec.load.until) {
    const auto share =
        figures.headline_is_whole_run ? std::nullopt : HalfWidthShare(figures.headline, goal);
    if (share && *share <= goal.half_width_share) continue;
    const std::string had = share ? absl::StrFormat("+-%.2g%%", *share * 100) : "no interval";
    wide.push_back(absl::StrFormat("%s (%s)", GoalText(goal), had));
  }
  if (wide.empty()) return std::nullopt;
  std::string text = absl::StrFormat("--until %s was not met", absl::StrJoin(wide, ", "));
  // Of a run that something else cut short, or whose queue grows, its length is not to blame.
  const bool had_its_time = figures.ended && figures.end.end == RunEnd::kCompleted &&
                            figures.end.reason.empty() && !figures.growth;
  if (had_its_time) text += ": give a longer --duration";
  return VerdictLabel{.code = Label::kUntilNotMet, .text = std::move(text)};
}

std::optional<VerdictLabel> TooShortLabel(const Evidence& evidence, const Results& figures) {
  const bool whole = figures.headline_is_whole_run;
  const double length_s = whole ? figures.run_length_s : figures.hold->length_s;
  const LoadShape& shape = evidence.run.spec().load.shape;
  const uint64_t in_flight = ExpectationOf(shape).in_flight.value_or(0);
  const uint64_t needed = std::max(kRequestsMin, kRequestsPerSlotMin * in_flight);
  const auto ok = static_cast<uint64_t>(std::count_if(
      evidence.requests.begin(), evidence.requests.end(), [&](const SettledRequest& request) {
        return request.ok() && (whole || request.stage == Stage::kHold);
      }));
  // Without any ok request there is a reason, nothing_measured, that says more.
  if (ok == 0 || (ok >= needed && length_s >= kLengthMinS)) return std::nullopt;
  return VerdictLabel{
      .code = Label::kTooShort,
      .text = absl::StrFormat("%d requests in %.1f s at %s are mostly the run's start and end, "
                              "and mean little: measure %d or more, for %.0f s or longer",
                              ok, length_s, OfferedLoadText(shape), needed, kLengthMinS)};
}

std::optional<VerdictLabel> ContextOverflowLabel(std::span<const SettledRequest> requests) {
  const auto refused =
      std::count_if(requests.begin(), requests.end(), [](const SettledRequest& request) {
        return request.failure == FailureKind::kContextOverflow;
      });
  const uint64_t sent = requests.size();
  if (static_cast<double>(refused) <= kContextOverflowMin * static_cast<double>(sent)) {
    return std::nullopt;
  }
  return VerdictLabel{.code = Label::kContextOverflow,
                      .text = absl::StrFormat("%d of %d requests did not fit the context of the "
                                              "model: the figures cover only the shorter ones",
                                              refused, sent)};
}

std::optional<VerdictLabel> IgnoreEosLabel(const RunContext& run) {
  if (!run.spec().request.ignore_eos && !run.rows_ignore_eos) return std::nullopt;
  return VerdictLabel{.code = Label::kIgnoreEos,
                      .text =
                          "replies continue past their natural end: their text, and so the "
                          "acceptance, is not what users get"};
}

std::optional<VerdictLabel> SyntheticTextLabel(const RunSpec& spec) {
  if (!spec.dataset.synthetic_text) return std::nullopt;
  return VerdictLabel{.code = Label::kSyntheticText,
                      .text =
                          "the prompts are not language: acceptance, and throughput with "
                          "speculation, are not those of real traffic"};
}

std::optional<VerdictLabel> RepeatedPromptsLabel(const Evidence& evidence) {
  const auto repeated = std::count_if(
      evidence.requests.begin(), evidence.requests.end(),
      [&](const SettledRequest& request) { return evidence.run.CycleOf(request.position) > 0; });
  if (repeated == 0) return std::nullopt;
  return VerdictLabel{.code = Label::kRepeatedPrompts,
                      .text = absl::StrFormat("%d requests repeat a prompt of this run", repeated)};
}

std::optional<VerdictLabel> TotalsOnlyLabel(std::span<const SettledRequest> requests) {
  const auto totals_only = std::count_if(
      requests.begin(), requests.end(),
      [](const SettledRequest& request) { return request.ok() && request.totals_only; });
  if (totals_only == 0) return std::nullopt;
  return VerdictLabel{
      .code = Label::kTotalsOnly,
      .text = absl::StrFormat("%d ok requests have a token total but no tokens per chunk",
                              totals_only)};
}

std::optional<VerdictLabel> TokensUnattributedLabel(const Results& figures) {
  const TokenBooks& books = figures.whole_token_books;
  if (books.responses_apart == 0) return std::nullopt;
  std::string text =
      absl::StrFormat("the tokens of %d responses (%d) can't be attributed to their chunks",
                      books.responses_apart, books.apart);
  for (size_t i = 0; i < kTokenFaults; ++i) {
    if (books.faults[i] == 0) continue;
    text += absl::StrFormat("; %d: %s", books.faults[i], FaultText(static_cast<TokenFault>(i)));
  }
  if (figures.tokens_withheld) text += "; TPS, ITL and User TPS of the hold are withheld";
  return VerdictLabel{.code = Label::kTokensUnattributed, .text = std::move(text)};
}

std::vector<VerdictLabel> OddityLabels(const ResponseOddities& oddities) {
  std::vector<VerdictLabel> labels;
  if (oddities.passed_over > 0) {
    std::string text =
        absl::StrFormat("%d responses hold fields of the wrong type or form, which were ignored",
                        oddities.passed_over);
    std::string_view separator = ": ";
    for (const auto& [what, responses] : oddities.passed_over_by) {
      text += absl::StrFormat("%s%s (%d)", separator, what, responses);
      separator = ", ";
    }
    labels.push_back({.code = Label::kPassedOver, .text = std::move(text)});
  }
  if (oddities.left_open > 0) {
    labels.push_back(
        {.code = Label::kLeftOpen,
         .text = absl::StrFormat("%d connections stayed open after a complete answer and were "
                                 "closed: the next request had to reconnect each time",
                                 oddities.left_open)});
  }
  return labels;
}

}  // namespace specctl
