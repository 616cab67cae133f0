// A server of known figures, which a schedule's sweeps are measured on at once.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "common/planning/sweep_json.h"
#include "common/sweep/sweep_schedule.h"
#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {

struct ModelledServer {
  double step_ms = 20, per_request_ms = 0.05;
  double requests_max = 96;         // that run at once
  std::vector<double> graphs = {};  // tokens of a step; beyond the last it takes 1.5 times as long
  double tokens_per_request = 1;    // of a step
  double error = 0.002;             // of each figure, as a share
  double run_s = 30;

  void Measure(SweepPoint& point) const {
    const double bs = point.key.load.level;
    const double running = std::min(bs, requests_max);
    double step = step_ms + per_request_ms * running;
    if (!graphs.empty() && running * tokens_per_request > graphs.back()) step *= 1.5;
    const double tps = running * 1000 / step;
    point.state = PointState::kDone;
    point.run_id = "run";
    point.took_s = run_s;
    point.measured = {};
    point.measured.hold_s = run_s;
    const auto set = [&](std::string_view figure, std::string_view statistic, double value) {
      SetFigure(figure, statistic, MeasuredAs(value, error * value), point.measured.figures);
    };
    set("output_tps", "value", tps);
    set("user_tps", "p50", 1000 / step);
    set("step_latency_ms", "mean", step);
    set("servers_running", "max", running);
    set("servers_waiting", "mean", bs - running);
    if (bs > requests_max * 1.02 + 1) point.measured.labels.emplace_back("queued");
  }
};

inline Sweep EmptySweep(const std::vector<std::string>& targets) {
  HandMadeSweep made;
  for (const std::string& target : targets) made.AddTarget({.name = target});
  made.AddDataset("d", 1000);
  return made.sweep();
}

// Runs the schedule to its end; `before_each` may change the sweep.  At most 1,000 runs.
using BeforeEach = std::function<void(Sweep& sweep)>;
inline void RunSchedule(const ScheduleOptions& options, const ModelledServer& server, Sweep& sweep,
                        const BeforeEach& before_each = {}) {
  for (int runs = 0; runs < 1000; ++runs) {
    if (before_each) before_each(sweep);
    const NextRun next = AdvanceSweep(options, sweep);
    if (next.kind == NextRun::Kind::kNone) return;
    if (next.kind == NextRun::Kind::kPoint) {
      server.Measure(sweep.points[next.index]);
      sweep.spent_s += server.run_s;
    } else {
      sweep.pairs[next.index].state = PointState::kDone;
      sweep.pairs[next.index].run_id = "pair";
      sweep.pairs[next.index].took_s = server.run_s;
      sweep.spent_s += server.run_s;
    }
  }
}

inline Sweep ThroughJson(const Sweep& sweep) {
  auto read = ParseSweep("sweep.json", SweepJson(sweep));
  if (!read.ok()) throw std::runtime_error(std::string(read.status().message()));
  return *std::move(read);
}

}  // namespace specctl::testing
