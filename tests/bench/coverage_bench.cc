// How often the 95 % intervals of simulated steady runs hold the truth, how wide they are beside
// those of an oracle that knows how estimates scatter, and how often there is none.  Each run is a
// journal that is folded as any other.  Prints a table; with --json as JSON.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <iterator>
#include <span>
#include <string>

#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl {
namespace {

void PrintRow(std::string_view traffic, const IntervalCoverage& row, bool json, bool first) {
  const double there = row.runs - row.absent;
  const double held = there > 0 ? row.held / there : 0;
  const double absent = static_cast<double>(row.absent) / row.runs;
  if (json) {
    std::printf(
        "%s{\"traffic\":\"%s\",\"figure\":\"%s\",\"runs\":%d,\"held\":%.4f,"
        "\"below\":%d,\"above\":%d,\"width_over_oracle\":%.3f,\"absent\":%.4f,"
        "\"half_width\":%.4f,\"effective\":%.0f,\"bounds\":%d,\"bounds_missed\":%d}",
        first ? "" : ",\n", std::string(traffic).c_str(), std::string(row.figure).c_str(), row.runs,
        held, row.below, row.above, row.width_over_oracle, absent, row.relative_width,
        row.effective, row.bounds, row.bounds_missed);
    return;
  }
  std::printf("%-16s %-20s %6.1f %% %9.2f %9.1f %% %9.1f %% %10.0f\n", std::string(traffic).c_str(),
              std::string(row.figure).c_str(), 100 * held, row.width_over_oracle, 100 * absent,
              100 * row.relative_width, row.effective);
  std::fflush(stdout);
}

struct UntilGoal {
  std::string_view figure;
  double half_width_share;
};
// Each is met after some minutes of the traffic that is simulated.
constexpr UntilGoal kUntilGoals[] = {
    {"output_tps", 0.08}, {"ttft p50", 0.03}, {"ttft p99", 0.08}, {"latency p99", 0.05}};

void PrintStopped(std::string_view traffic, const UntilGoal& goal, const StoppedCoverage& stopped,
                  bool json, bool first) {
  const IntervalCoverage& row = stopped.coverage;
  const double there = row.runs - row.absent;
  const double held = there > 0 ? row.held / there : 0;
  if (json) {
    std::printf(
        "%s{\"traffic\":\"%s\",\"until\":\"%s\",\"half_width_goal\":%.4f,\"ended\":%d,"
        "\"not_met\":%d,\"held\":%.4f,\"below\":%d,\"above\":%d,\"half_width\":%.4f,"
        "\"hold_s\":%.1f,\"looks\":%.1f}",
        first ? "" : ",\n", std::string(traffic).c_str(), std::string(goal.figure).c_str(),
        goal.half_width_share, row.runs, stopped.not_met, held, row.below, row.above,
        row.relative_width, stopped.hold_s_mean, stopped.looks_mean);
    return;
  }
  std::printf("%-16s %-20s %6.1f %% %7.2f %% %7.2f %% %8.0f s %6.1f %8d\n",
              std::string(traffic).c_str(), std::string(goal.figure).c_str(), 100 * held,
              100 * goal.half_width_share, 100 * row.relative_width, stopped.hold_s_mean,
              stopped.looks_mean, stopped.not_met);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  CLI::App app("Coverage of the intervals over simulated runs");
  int runs = 1'000, hold_s = 300;
  double rate = 20;
  uint64_t seed = 1;
  bool json = false, until = false;
  app.add_option("--runs", runs, "of each kind of traffic");
  app.add_option("--hold-s", hold_s, "length of the hold");
  app.add_option("--rate", rate, "requests per second");
  app.add_option("--seed", seed, "of the first run");
  app.add_flag("--json", json);
  app.add_flag("--until", until, "of runs that are ended once an interval is narrow enough");
  CLI11_PARSE(app, argc, argv);
  if (!json && until) {
    std::printf("%-16s %-20s %8s %9s %9s %10s %6s %8s\n", "traffic", "until", "held", "goal",
                "half width", "hold", "looks", "not met");
  } else if (!json) {
    std::printf("%-16s %-20s %8s %9s %11s %11s %10s\n", "traffic", "figure", "held", "x oracle",
                "absent", "half width", "effective");
  } else {
    std::printf("[");
  }
  bool first = true;
  for (const TrafficKind kind :
       {TrafficKind::kIndependent, TrafficKind::kAutocorrelated, TrafficKind::kBursty}) {
    const SteadyTraffic traffic{.kind = kind, .hold_s = hold_s, .requests_per_s = rate};
    for (const UntilGoal& goal : std::span(kUntilGoals).first(until ? std::size(kUntilGoals) : 0)) {
      PrintStopped(TrafficName(kind), goal,
                   StoppedCoverageOf(traffic, goal.figure, goal.half_width_share, runs, seed), json,
                   first);
      first = false;
    }
    if (until) continue;
    for (const IntervalCoverage& row : IntervalCoverageOf(traffic, runs, seed)) {
      PrintRow(TrafficName(kind), row, json, first);
      first = false;
    }
  }
  if (json) std::printf("]\n");
  return 0;
}

}  // namespace
}  // namespace specctl

int main(int argc, char** argv) { return specctl::Main(argc, argv); }
