// A sweep with known answers: two draft lengths and none, on prompts of 1k and random tokens.
//
//   bs              1     16     64    128    256
//   User TPS off   50     45     30     20     10
//            dl1   80     63     36     20      9     crosses 1 at bs 128
//            dl3  100     72     33     16      6     crosses it between 64 and 128
//   TTFT p95 ms   100    150    400  1,200  4,000
#pragma once

#include <array>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {

struct PlannedLoad {
  double bs, off, dl1, dl3, ttft_ms;
};
inline constexpr std::array<PlannedLoad, 5> kPlannedLoads = {{{1, 50, 80, 100, 100},
                                                              {16, 45, 63, 72, 150},
                                                              {64, 30, 36, 33, 400},
                                                              {128, 20, 20, 16, 1200},
                                                              {256, 10, 9, 6, 4000}}};

inline void AddPlannedPoint(HandMadeSweep& made, const std::string& target, const PlannedLoad& load,
                            double user_tps, double length) {
  HandMadePoint point = made.AddPoint(target, load.bs);
  point.Set("output_tps", "value", load.bs * user_tps * 0.95, load.bs * user_tps * 0.005)
      .Set("requests_per_s", "value", load.bs * user_tps * 0.95 / 500,
           load.bs * user_tps * 0.005 / 500)
      .Set("user_tps", "mean", user_tps, user_tps * 0.01)
      .Set("user_tps", "p10", user_tps * 0.8, user_tps * 0.01)
      .Set("user_tps", "p50", user_tps, user_tps * 0.01)
      .Set("ttft_ms", "p95", load.ttft_ms, load.ttft_ms * 0.02)
      .Set("step_latency_ms", "mean", 1000 * length / user_tps, 0.1)
      .Set("servers_kv_cache_share", "mean", std::min(0.95, load.bs / 200), -1)
      .Set("servers_waiting", "mean", load.bs > 128 ? load.bs - 128 : 0, -1)
      .SetIn(Dimension::kCategory, "coding", "user_tps", "mean", user_tps * (0.8 + length / 5),
             user_tps * 0.01)
      .SetIn(Dimension::kCategory, "roleplay", "user_tps", "mean", user_tps * (1.2 - length / 5),
             user_tps * 0.01);
  if (length <= 1) return;
  point.Set("per_step", "value", length, 0.02)
      .SetIn(Dimension::kCategory, "coding", "per_step", "value", length * 1.2, 0.02)
      .SetIn(Dimension::kCategory, "roleplay", "per_step", "value", length * 0.8, 0.02);
}

inline HandMadeSweep PlannedSweep() {
  HandMadeSweep made;
  made.AddTarget({.name = "off", .gpus = 8, .speculation_method = "none"});
  made.AddTarget({.name = "dl1",
                  .gpus = 8,
                  .speculation_method = "eagle3",
                  .drafter = "eagle3-llama@1",
                  .draft_length = 1});
  made.AddTarget({.name = "dl3",
                  .gpus = 8,
                  .speculation_method = "eagle3",
                  .drafter = "eagle3-llama@1",
                  .draft_length = 3});
  made.AddDataset("throughput_1k", 1000);
  made.AddDataset("random_1k", 1000, true);
  for (const PlannedLoad& load : kPlannedLoads) {
    AddPlannedPoint(made, "off", load, load.off, 1);
    AddPlannedPoint(made, "dl1", load, load.dl1, 1.7);
    AddPlannedPoint(made, "dl3", load, load.dl3, 2.5);
  }
  for (const char* target : {"off", "dl3"}) {
    const double tps = target == std::string("off") ? 700 : 1300;
    made.AddPoint(target, 16, "random_1k").Set("output_tps", "value", tps, 5);
  }
  return made;
}

}  // namespace specctl::testing
