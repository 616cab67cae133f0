#include "common/figures/catalogue.h"

namespace specctl {
namespace {

using enum FigureKind;

template <auto kField>
constexpr FigureOf<WindowValues> OfWindow(FigureName name) {
  return {Checked<kField>(name), &ReadField<WindowValues, kField>};
}

constexpr FigureOf<WindowValues> kWindowFigures[] = {
    OfWindow<&WindowValues::output_tps>(
        {"output_tps", "output TPS", Unit::kTokensPerSecond, kRatio, Better::kUp}),
    OfWindow<&WindowValues::in_flight_mean>(
        {"in_flight_mean", "in flight, mean", Unit::kRequests, kRatio}),
    OfWindow<&WindowValues::begun>({"begun", "begun", Unit::kRequests, kCount}),
    OfWindow<&WindowValues::ok>({"ok", "ok", Unit::kRequests, kCount, Better::kUp}),
    OfWindow<&WindowValues::failed>({"failed", "failed", Unit::kRequests, kCount, Better::kDown}),
    OfWindow<&WindowValues::user_tps_p50>(
        {"user_tps_p50", "user TPS p50", Unit::kTokensPerSecond, kRatio, Better::kUp}),
    OfWindow<&WindowValues::user_tps_p10>(
        {"user_tps_p10", "user TPS p10", Unit::kTokensPerSecond, kRatio, Better::kUp}),
    OfWindow<&WindowValues::user_tps_p1>(
        {"user_tps_p1", "user TPS p1", Unit::kTokensPerSecond, kRatio, Better::kUp}),
    OfWindow<&WindowValues::ttft_p50_ms>(
        {"ttft_p50_ms", "TTFT ms p50", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfWindow<&WindowValues::ttft_p99_ms>(
        {"ttft_p99_ms", "TTFT ms p99", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfWindow<&WindowValues::itl_p50_ms>(
        {"itl_p50_ms", "ITL ms p50", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfWindow<&WindowValues::itl_p99_ms>(
        {"itl_p99_ms", "ITL ms p99", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfWindow<&WindowValues::step_latency_p50_ms>(
        {"step_latency_p50_ms", "step latency ms p50", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfWindow<&WindowValues::step_latency_p99_ms>(
        {"step_latency_p99_ms", "step latency ms p99", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfWindow<&WindowValues::acceptance_length>(
        {"acceptance_length", "acceptance length", Unit::kTokensPerStep, kRatio}),
    OfWindow<&WindowValues::servers_running>(
        {"servers_running", "running", Unit::kRequests, kRatio}),
    OfWindow<&WindowValues::servers_waiting>(
        {"servers_waiting", "waiting", Unit::kRequests, kRatio, Better::kDown}),
    OfWindow<&WindowValues::servers_kv_cache_share>(
        {"servers_kv_cache_share", "KV cache", Unit::kShare, kRatio}),
    OfWindow<&WindowValues::servers_generated_tokens>(
        {"servers_generated_tokens", "generated tokens", Unit::kTokens, kCount}),
    OfWindow<&WindowValues::servers_acceptance_per_draft>({"servers_acceptance_per_draft",
                                                           "acceptance length per draft",
                                                           Unit::kTokensPerDraft, kRatio}),
    OfWindow<&WindowValues::replicas>({"replicas", "replicas", Unit::kServers, kCount}),
};

}  // namespace

std::span<const FigureOf<WindowValues>> WindowCatalogue() { return kWindowFigures; }

}  // namespace specctl
