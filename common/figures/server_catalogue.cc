#include "common/figures/catalogue.h"

namespace specctl {
namespace {

using enum FigureKind;

template <auto kField>
constexpr FigureOf<ServerCounters> Counter(FigureName name) {
  return {Checked<kField>(name), &ReadField<ServerCounters, kField>};
}

constexpr FigureOf<ServerCounters> kCounterFigures[] = {
    Counter<&ServerCounters::generated_tokens>(
        {"generated_tokens", "generated tokens", Unit::kTokens, kCount}),
    Counter<&ServerCounters::prompt_tokens>(
        {"prompt_tokens", "prompt tokens", Unit::kTokens, kCount}),
    Counter<&ServerCounters::first_tokens>({"first_tokens", "first tokens", Unit::kTokens, kCount}),
    Counter<&ServerCounters::drafts>({"drafts", "drafts", Unit::kDrafts, kCount}),
    Counter<&ServerCounters::drafted_tokens>(
        {"drafted_tokens", "drafted tokens", Unit::kTokens, kCount}),
    Counter<&ServerCounters::accepted_tokens>(
        {"accepted_tokens", "accepted tokens", Unit::kTokens, kCount}),
    Counter<&ServerCounters::accepted_by_position>(
        {"accepted_by_position", "accepted tokens by position", Unit::kTokens, kCount}),
    Counter<&ServerCounters::drafted_by_position>(
        {"drafted_by_position", "drafted tokens by position", Unit::kTokens, kCount}),
    Counter<&ServerCounters::engine_steps>({"engine_steps", "engine steps", Unit::kSteps, kCount}),
    Counter<&ServerCounters::prefix_hit_rate>(
        {"prefix_hit_rate", "prefix hits", Unit::kShare, kRatio}),
    Counter<&ServerCounters::preemptions>(
        {"preemptions", "preemptions", Unit::kEvents, kCount, Better::kDown}),
    Counter<&ServerCounters::requests_finished>(
        {"requests_finished", "requests finished", Unit::kRequests, kCount}),
};

template <auto kField>
constexpr FigureOf<ServerFigures> OfServers(FigureName name) {
  return {Checked<kField>(name), &ReadField<ServerFigures, kField>};
}

constexpr FigureOf<ServerFigures> kServerFigures[] = {
    OfServers<&ServerFigures::running>({"running", "running", Unit::kRequests, kGauge}),
    OfServers<&ServerFigures::waiting>(
        {"waiting", "waiting", Unit::kRequests, kGauge, Better::kDown}),
    OfServers<&ServerFigures::kv_cache_share>({"kv_cache_share", "KV cache", Unit::kShare, kGauge}),
    OfServers<&ServerFigures::scrapes>({"scrapes", "scrapes", Unit::kEvents, kCount}),
    OfServers<&ServerFigures::scrapes_failed>(
        {"scrapes_failed", "failed scrapes", Unit::kEvents, kCount, Better::kDown}),
    OfServers<&ServerFigures::resets>(
        {"resets", "counter resets", Unit::kEvents, kCount, Better::kDown}),
    OfServers<&ServerFigures::complete>(
        {"complete", "all servers were scraped", Unit::kNone, kQualifier}),
};

template <auto kField>
constexpr FigureOf<ServerLatencies> ByServers(FigureName name) {
  return {Checked<kField>(name), &ReadField<ServerLatencies, kField>};
}

constexpr FigureOf<ServerLatencies> kServerLatencies[] = {
    ByServers<&ServerLatencies::ttft_ms>(
        {"ttft_ms", "TTFT ms", Unit::kMilliseconds, kDistribution, Better::kDown}),
    ByServers<&ServerLatencies::queue_ms>(
        {"queue_ms", "queue ms", Unit::kMilliseconds, kDistribution, Better::kDown}),
    ByServers<&ServerLatencies::itl_ms>(
        {"itl_ms", "ITL ms", Unit::kMilliseconds, kDistribution, Better::kDown}),
    ByServers<&ServerLatencies::step_latency_ms>(
        {"step_latency_ms", "step ms", Unit::kMilliseconds, kDistribution, Better::kDown}),
};

}  // namespace

std::span<const FigureOf<ServerCounters>> CounterCatalogue() { return kCounterFigures; }
std::span<const FigureOf<ServerFigures>> ServerCatalogue() { return kServerFigures; }
std::span<const FigureOf<ServerLatencies>> ServerLatencyCatalogue() { return kServerLatencies; }

}  // namespace specctl
