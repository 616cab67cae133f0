#include "common/planning/pareto_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

HandMadeSweep TwoTargets() {
  HandMadeSweep made;
  made.AddTarget({.name = "off", .gpus = 8});
  made.AddTarget({.name = "dl3", .draft_length = 3});
  made.AddDataset("throughput_1k", 1000);
  return made;
}

TEST(ParetoCsvTest, ARowForEachPointOfTheGrid) {
  HandMadeSweep made = TwoTargets();
  made.AddPoint("dl3", 16)
      .Set("per_step", "value", 2.5, 0.1)
      .Set("step_latency_ms", "mean", 40, 0.5);
  // Two runs of one point are pooled; User TPS differs more than its errors explain.
  made.AddPoint("off", 4).Set("output_tps", "value", 100, 2).Set("user_tps", "p50", 25, 1);
  made.AddPoint("off", 4).Set("output_tps", "value", 102, 2).Set("user_tps", "p50", 27, 1);
  made.AddPoint("off", 1).Set("ttft_ms", "p95", 812, 10)->measured.verdict =
      VerdictState::kDegraded;
  HandMadePoint skipped = made.AddPoint("off", 64);
  skipped->state = PointState::kSkipped;
  EXPECT_EQ(ParetoCsv(made.sweep()),
            "target,bs,rate,dataset,tier,user_tps,user_tps_low,user_tps_high,output_tps,"
            "output_tps_low,output_tps_high,output_tps_per_gpu,ttft_p95_ms,step_latency_ms,"
            "acceptance_length,verdict,run_id\n"
            "off,1,,throughput_1k,,,,,,,,,812,,,degraded,run-4\n"
            "off,4,,throughput_1k,,26,24.040036,27.959964,101,"
            "98.22819232943698,103.77180767056302,12.625,,,,valid,run-2 run-3\n"
            "off,64,,throughput_1k,,,,,,,,,,,,skipped,\n"
            "dl3,16,,throughput_1k,,,,,,,,,,40,2.5,valid,run-1\n");
}

TEST(ParetoCsvTest, RatesAndTemperaturesHaveTheirColumns) {
  HandMadeSweep made = TwoTargets();
  made.AddPointAt({.target = "off",
                   .load = {.kind = LoadKind::kRate, .level = 2.5},
                   .dataset = "throughput_1k",
                   .tier = "mixed",
                   .temperature = 1.0});
  made.sweep().grid.temperatures = {0, 1};
  const std::string csv = ParetoCsv(made.sweep());
  EXPECT_THAT(csv, ::testing::HasSubstr(",run_id,temperature\n"));
  EXPECT_THAT(csv, ::testing::HasSubstr("off,,2.5,throughput_1k,mixed,"));
  EXPECT_TRUE(csv.ends_with(",valid,run-1,1\n")) << csv;
}

}  // namespace
}  // namespace specctl::testing
