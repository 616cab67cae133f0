#include "common/figures/catalogue.h"

namespace specctl {
namespace {

using enum FigureKind;

template <auto kField>
constexpr FigureOf<TargetNetwork> OfNetwork(FigureName name) {
  return {Checked<kField>(name), &ReadField<TargetNetwork, kField>};
}

constexpr FigureOf<TargetNetwork> kNetworkFigures[] = {
    OfNetwork<&TargetNetwork::round_trip_ms>(
        {"network_rtt_ms", "round trip ms", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfNetwork<&TargetNetwork::connections>(
        {"network_connections", "connections", Unit::kConnections, kCount}),
};

template <auto kField>
constexpr FigureOf<AgentFigures> OfAgent(FigureName name) {
  return {Checked<kField>(name), &ReadField<AgentFigures, kField>};
}

constexpr FigureOf<AgentFigures> kAgentFigures[] = {
    OfAgent<&AgentFigures::chunks>({"chunks", "chunks", Unit::kChunks, kCount}),
    OfAgent<&AgentFigures::reads>({"reads", "reads", Unit::kReads, kCount}),
    OfAgent<&AgentFigures::coalesced_reads>(
        {"coalesced_reads", "reads of two chunks or more", Unit::kReads, kCount}),
    OfAgent<&AgentFigures::unstamped_reads>(
        {"unstamped_reads", "reads without a kernel stamp", Unit::kReads, kCount, Better::kDown}),
    OfAgent<&AgentFigures::chunks_dropped>(
        {"chunks_dropped", "chunks dropped", Unit::kChunks, kCount, Better::kDown}),
    OfAgent<&AgentFigures::receive_lag_p99_ms_max>({"receive_lag_p99_ms_max",
                                                    "receive lag ms p99, worst second",
                                                    Unit::kMilliseconds, kRatio, Better::kDown}),
    OfAgent<&AgentFigures::cpu_seconds>(
        {"cpu_s", "CPU time s", Unit::kSeconds, kRatio, Better::kDown}),
    OfAgent<&AgentFigures::rss_bytes_max>(
        {"rss_bytes_max", "memory, most", Unit::kBytes, kCount, Better::kDown}),
    OfAgent<&AgentFigures::clock_bound_ms>(
        {"clock_bound_ms", "clock bound ms", Unit::kMilliseconds, kRatio, Better::kDown}),
    OfAgent<&AgentFigures::started_ms>(
        {"started_ms", "first request late by ms", Unit::kMilliseconds, kRatio, Better::kDown}),
};

template <auto kField>
constexpr FigureOf<ArrivalFigures> OfArrivals(FigureName name) {
  return {Checked<kField>(name), &ReadField<ArrivalFigures, kField>};
}

constexpr FigureOf<ArrivalFigures> kArrivalFigures[] = {
    OfArrivals<&ArrivalFigures::planned>({"planned", "arrivals planned", Unit::kRequests, kCount}),
    OfArrivals<&ArrivalFigures::begun>({"begun", "arrivals begun", Unit::kRequests, kCount}),
    OfArrivals<&ArrivalFigures::shed>(
        {"shed", "arrivals shed", Unit::kRequests, kCount, Better::kDown}),
    OfArrivals<&ArrivalFigures::planned_per_s>(
        {"planned_per_s", "arrivals planned/s", Unit::kPerSecond, kRatio}),
    OfArrivals<&ArrivalFigures::achieved_per_s>(
        {"achieved_per_s", "arrivals achieved/s", Unit::kPerSecond, kRatio}),
    OfArrivals<&ArrivalFigures::lateness_ms>(
        {"lateness_ms", "arrival lateness ms", Unit::kMilliseconds, kDistribution, Better::kDown}),
};

}  // namespace

std::span<const FigureOf<TargetNetwork>> NetworkCatalogue() { return kNetworkFigures; }
std::span<const FigureOf<AgentFigures>> AgentCatalogue() { return kAgentFigures; }
std::span<const FigureOf<ArrivalFigures>> ArrivalCatalogue() { return kArrivalFigures; }

}  // namespace specctl
