#include "tools/sim/engine_counters.h"

namespace specctl::sim {
namespace {

std::span<const double> FirstTokenBounds() {
  // vLLM's buckets, here and below.
  static constexpr double kBounds[] = {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                       0.25,  0.5,   0.75, 1,    2.5,  5,    7.5,  10,
                                       20,    40,    80,   160,  640,  2560};
  return kBounds;
}

std::span<const double> TokenGapBounds() {
  static constexpr double kBounds[] = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5,
                                       0.75, 1,     2.5,  5,     7.5, 10,   20,  40,  80};
  return kBounds;
}

std::span<const double> RequestTimeBounds() {
  static constexpr double kBounds[] = {0.3, 0.5, 0.8, 1,  1.5, 2,   2.5, 5,   10,   15,  20,
                                       30,  40,  50,  60, 120, 240, 480, 960, 1920, 7680};
  return kBounds;
}

std::span<const double> TokenCountBounds() {
  static constexpr double kBounds[] = {1,   2,     5,     10,    20,     50,     100,    200,
                                       500, 1'000, 2'000, 5'000, 10'000, 20'000, 50'000, 100'000};
  return kBounds;
}

std::span<const double> IterationTokensBounds() {
  static constexpr double kBounds[] = {1,   8,    16,   32,   64,   128,  256,
                                       512, 1024, 2048, 4096, 8192, 16384};
  return kBounds;
}

}  // namespace

const HistogramBounds& VllmBounds() {
  static const HistogramBounds bounds{.first_token_s = FirstTokenBounds(),
                                      .token_gap_s = TokenGapBounds(),
                                      .request_s = RequestTimeBounds(),
                                      .queue_s = RequestTimeBounds(),
                                      .prompt_tokens = TokenCountBounds(),
                                      .generation_tokens = TokenCountBounds(),
                                      .iteration_tokens = IterationTokensBounds()};
  return bounds;
}

void SpeculationCounts::CountStep(uint32_t drafted, uint32_t accepted) {
  ++steps;
  if (drafted == 0) return;
  ++drafts;
  draft_tokens += drafted;
  accepted_tokens += accepted;
  for (uint32_t i = 0; i < drafted; ++i) ++drafted_by_position[i];
  for (uint32_t i = 0; i < accepted; ++i) ++accepted_by_position[i];
}

void SpeculationCounts::Add(const SpeculationCounts& other) {
  steps += other.steps;
  drafts += other.drafts;
  draft_tokens += other.draft_tokens;
  accepted_tokens += other.accepted_tokens;
  for (size_t i = 0; i < drafted_by_position.size(); ++i) {
    drafted_by_position[i] += other.drafted_by_position[i];
    accepted_by_position[i] += other.accepted_by_position[i];
  }
}

void EndedRequests::Add(const EndedRequests& other) {
  requests += other.requests;
  aborted += other.aborted;
  prompt_tokens += other.prompt_tokens;
  cached_tokens += other.cached_tokens;
  generation_tokens += other.generation_tokens;
  tokens_beyond_stop += other.tokens_beyond_stop;
  decode_s += other.decode_s;
  speculation.Add(other.speculation);
}

EndedRequests EngineCounters::Ended() const {
  EndedRequests all = ended_streamed;
  all.Add(ended_whole);
  return all;
}

}  // namespace specctl::sim
