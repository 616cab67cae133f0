#include "common/figures/catalogue.h"

#include <algorithm>
#include <vector>

#include "common/base/edit_distance.h"

namespace specctl {
namespace {

using enum FigureKind;
using enum FigureGroup;
using enum FigureNeed;
using enum PagePlace;

struct Placing {
  std::string_view short_label = {};
  PagePlace page = kNowhere;
  FigureNeed need = kOkRequests;
};

template <auto kField, FigureGroup kGroup>
constexpr FigureDefinition InGroup(FigureName name, Placing placing) {
  FigureDefinition definition;
  static_cast<FigureName&>(definition) = Checked<kField>(name);
  definition.read = &ReadField<FigureSet, kField>;
  definition.group = kGroup;
  definition.short_label = placing.short_label;
  definition.page = placing.page;
  definition.need = placing.need;
  return definition;
}
template <auto kField>
constexpr FigureDefinition Throughput(FigureName name, Placing placing) {
  return InGroup<kField, kThroughput>(name, placing);
}
template <auto kField>
constexpr FigureDefinition Latency(FigureName name, Placing placing = {}) {
  return InGroup<kField, kLatency>(name, placing);
}
template <auto kField>
constexpr FigureDefinition Length(FigureName name) {
  return InGroup<kField, kLength>(name, {});
}
template <auto kField>
constexpr FigureDefinition Acceptance(FigureName name, std::string_view short_label = {}) {
  return InGroup<kField, kAcceptance>(name, {.short_label = short_label});
}
// What is said beside acceptance figures, which is no field as it stands.
constexpr FigureDefinition AcceptanceQualifier(std::string_view key, std::string_view label,
                                               FigureValue (*read)(const FigureSet&)) {
  FigureDefinition definition = InGroup<&AcceptanceFigures::approximate, kAcceptance>(
      {.key = key, .label = label, .kind = kQualifier}, {});
  // The field only carries the type; what is read is computed.
  definition.read = read;
  return definition;
}

FigureValue LowerBound(const FigureSet& set) {
  // Absent rather than false: "not a lower bound" is what every reader assumes.
  const bool is_one = set.acceptance && set.acceptance->lower_bound;
  return is_one ? FigureValue(true) : FigureValue();
}

FigureValue RatesOver(const FigureSet& set) {
  // Without rates there is nothing that the word would qualify.
  if (!set.acceptance || set.acceptance->joint.empty()) return {};
  return std::string_view(set.acceptance->rates_over_steps ? "steps" : "drafts");
}

FigureValue ConditionalApproximate(const FigureSet& set) {
  const bool is = set.acceptance && set.acceptance->conditional_approximate;
  return is ? FigureValue(true) : FigureValue();
}

FigureValue Source(const FigureSet& set) {
  if (!set.acceptance) return {};
  return AcceptanceSourceName(set.acceptance->source);
}

constexpr Unit kTps = Unit::kTokensPerSecond, kMs = Unit::kMilliseconds;
constexpr Better kUp = Better::kUp, kDown = Better::kDown;

// The order here is that of every table, file and list; keys are the artifacts'.
constexpr FigureDefinition kFigures[] = {
    Throughput<&ThroughputFigures::output_tps>({"output_tps", "output TPS", kTps, kEstimate, kUp},
                                               {.page = kMainRow, .need = kTokensByTime}),
    Throughput<&ThroughputFigures::total_tps>({"total_tps", "total TPS", kTps, kEstimate, kUp},
                                              {.short_label = "total TPS", .page = kBeside}),
    Throughput<&ThroughputFigures::requests_per_s>(
        {"requests_per_s", "requests/s", Unit::kPerSecond, kEstimate, kUp}, {.page = kRow}),
    Throughput<&ThroughputFigures::goodput_per_s>(
        {"goodput_per_s", "goodput/s", Unit::kPerSecond, kEstimate, kUp}, {.page = kRowIfThere}),
    Throughput<&ThroughputFigures::goodput_share>(
        {"goodput_share", "goodput, share", Unit::kShare, kEstimate, kUp}, {.page = kRowIfThere}),
    Throughput<&ThroughputFigures::user_tps_mean>(
        {"user_tps_mean", "user TPS, mean", kTps, kEstimate, kUp}, {.page = kRow}),
    Throughput<&ThroughputFigures::output_tps_per_gpu>(
        {"output_tps_per_gpu", "output TPS per GPU", kTps, kRatio, kUp},
        {.short_label = "per GPU", .page = kBeside}),
    Throughput<&ThroughputFigures::output_tps_peak>(
        {"output_tps_peak", "output TPS, peak", kTps, kRatio, kUp},
        {.short_label = "peak", .page = kBeside}),

    Latency<&LatencyFigures::user_tps>({"user_tps", "user TPS", kTps, kDistribution, kUp},
                                       {.page = kRow}),
    Latency<&LatencyFigures::ttft_ms>({"ttft_ms", "TTFT ms", kMs, kDistribution, kDown},
                                      {.page = kMainRow}),
    Latency<&LatencyFigures::ttft_user_ms>(
        {"ttft_user_ms", "user's TTFT ms", kMs, kDistribution, kDown}),
    Latency<&LatencyFigures::ttfo_ms>({"ttfo_ms", "TTFO ms (answer)", kMs, kDistribution, kDown},
                                      {.page = kRowIfLater}),
    Latency<&LatencyFigures::itl_ms>({"itl_ms", "ITL ms", kMs, kDistribution, kDown},
                                     {.page = kMainRow}),
    Latency<&LatencyFigures::step_latency_ms>(
        {"step_latency_ms", "step latency ms", kMs, kDistribution, kDown},
        {.page = kMainRow, .need = kTokensByChunk}),
    Latency<&LatencyFigures::request_latency_ms>(
        {"request_latency_ms", "request latency ms", kMs, kDistribution, kDown}, {.page = kRow}),
    Latency<&LatencyFigures::request_latency_user_ms>(
        {"request_latency_user_ms", "user's request latency ms", kMs, kDistribution, kDown}),
    Latency<&LatencyFigures::connect_ms>({"connect_ms", "connect ms", kMs, kDistribution, kDown}),
    Latency<&LatencyFigures::receive_lag_ms>(
        {"receive_lag_ms", "receive lag ms", kMs, kDistribution, kDown}),

    Length<&LengthFigures::input_tokens>(
        {"input_tokens", "input tokens", Unit::kTokens, kDistribution}),
    Length<&LengthFigures::output_tokens>(
        {"output_tokens", "output tokens", Unit::kTokens, kDistribution}),

    Acceptance<&AcceptanceFigures::per_step>(
        {"per_step", "acceptance length", Unit::kTokensPerStep, kEstimate}),
    AcceptanceQualifier("lower_bound", "a lower bound", &LowerBound),
    Acceptance<&AcceptanceFigures::delivered_per_step>(
        {"delivered_per_step", "delivered per step", Unit::kTokensPerStep, kEstimate}),
    Acceptance<&AcceptanceFigures::per_draft>(
        {"per_draft", "acceptance length per draft", Unit::kTokensPerDraft, kEstimate},
        "per draft"),
    Acceptance<&AcceptanceFigures::accept_rate>(
        {"accept_rate", "accept rate", Unit::kShare, kEstimate}),
    Acceptance<&AcceptanceFigures::request_macro_mean>({"request_macro_mean",
                                                        "acceptance length, mean over requests",
                                                        Unit::kTokensPerStep, kRatio}),
    Acceptance<&AcceptanceFigures::conditional>(
        {"conditional", "accept rate by position, given those before it", Unit::kShare, kRatio}),
    AcceptanceQualifier("conditional_approximate", "given those before it: approximate",
                        &ConditionalApproximate),
    Acceptance<&AcceptanceFigures::joint>(
        {"joint", "accept rate by position, with those before it", Unit::kShare, kRatio}),
    AcceptanceQualifier("rates_over", "rates by position are over", &RatesOver),
    Acceptance<&AcceptanceFigures::histogram>(
        {"histogram", "steps by tokens", Unit::kSteps, kCount}),
    Acceptance<&AcceptanceFigures::cut_histogram>(
        {"cut_histogram", "last steps by tokens, cut", Unit::kSteps, kCount}),
    Acceptance<&AcceptanceFigures::steps>({"steps", "steps", Unit::kSteps, kCount}),
    Acceptance<&AcceptanceFigures::drafts>({"drafts", "drafts", Unit::kDrafts, kCount}),
    Acceptance<&AcceptanceFigures::drafted_tokens>(
        {"drafted_tokens", "drafted tokens", Unit::kTokens, kCount}),
    Acceptance<&AcceptanceFigures::accepted_tokens>(
        {"accepted_tokens", "accepted tokens", Unit::kTokens, kCount}),
    AcceptanceQualifier("source", "source of acceptance", &Source),
    Acceptance<&AcceptanceFigures::source_share>(
        {"source_share", "share of requests with the source", Unit::kShare, kRatio}),
    AcceptanceQualifier("approximate", "acceptance is approximate",
                        &ReadField<FigureSet, &AcceptanceFigures::approximate>),
    Acceptance<&AcceptanceFigures::merged_share>(
        {"merged_share", "share of steps merged", Unit::kShare, kRatio}),
};

}  // namespace

std::span<const FigureDefinition> Catalogue() { return kFigures; }

const FigureDefinition* FindFigure(std::string_view key) {
  const auto* found = std::find_if(std::begin(kFigures), std::end(kFigures),
                                   [&](const FigureDefinition& each) { return each.key == key; });
  return found == std::end(kFigures) ? nullptr : found;
}

std::string_view NearestFigure(std::string_view typed) {
  std::vector<std::string_view> keys;
  for (const FigureDefinition& each : kFigures) keys.push_back(each.key);
  return NearestName(typed, keys);
}

}  // namespace specctl
