// Simulated steady runs, as journals, whose true figures are known: what intervals are held
// against.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/analysis/results.h"
#include "common/journal/event.h"

namespace specctl {

// How one second is like the next.
enum class TrafficKind {
  kIndependent,     // requests begin at random (Poisson), and none tells of another
  kAutocorrelated,  // load and pace wander: an Ornstein-Uhlenbeck process on their logarithms
  kBursty           // begins come in bursts, in which the server is slower
};
std::string_view TrafficName(TrafficKind kind);

struct SteadyTraffic {
  TrafficKind kind = TrafficKind::kIndependent;
  int hold_s = 300;
  double requests_per_s = 20;
  uint32_t osl = 14;               // tokens of each answer, whose last step is cut there
  double pace_deviation = 0.05;    // of the pace's logarithm; kAutocorrelated
  double rate_deviation = 0.15;    // of the logarithm of the rate at which requests begin
  double pace_memory_s = 2;        // the correlation of both falls to 1/e in that time
  double burst_slowdown = 0.1;     // on the logarithm; kBursty
  double burst_s = 1, lull_s = 2;  // mean lengths; the rate is 2 and 0.5 times the mean in them
};

// The journal of one run, of which the warm-up before the hold is as steady as the hold.
std::vector<Event> SteadyJournal(const SteadyTraffic& traffic, uint64_t seed);

// What the figures are of unlimited time: of so many requests.
struct SteadyTruth {
  double output_tps = 0, per_step = 0;
  double ttft_p50_ms = 0, ttft_p99_ms = 0, latency_p50_ms = 0, latency_p99_ms = 0;
};
SteadyTruth TruthOf(const SteadyTraffic& traffic, double requests);

// How intervals of one figure did over many runs.
struct IntervalCoverage {
  std::string_view figure;
  int runs = 0, absent = 0, held = 0, below = 0, above = 0;  // below: the truth was below it
  int bounds = 0,
      bounds_missed = 0;         // of the absent: with one end, on whose wrong side the truth is
  double bias = 0;               // mean of the estimates over the truth, less 1
  double width_over_oracle = 0;  // median; the oracle knows how estimates scatter
  double effective = 0;          // median number of independent values; 0: not told
  double relative_width = 0;     // median of the half width over the truth
};

// Of TPS, the acceptance length, TTFT and latency, over so many runs with seeds from the first on;
// empty where a journal can't be folded.
std::vector<IntervalCoverage> IntervalCoverageOf(const SteadyTraffic& traffic, int runs,
                                                 uint64_t first_seed);

// The same of runs that --until ended.
struct StoppedCoverage {
  IntervalCoverage coverage;
  int not_met = 0;         // runs that went on to the end of `hold_s`; in no other number
  double hold_s_mean = 0;  // of those that were ended
  double looks_mean = 0;
};
// Of the figure that `figure` names (IntervalCoverage::figure), whose half width is to be that
// share of it.
StoppedCoverage StoppedCoverageOf(const SteadyTraffic& traffic, std::string_view figure,
                                  double half_width_share, int runs, uint64_t first_seed);

}  // namespace specctl
