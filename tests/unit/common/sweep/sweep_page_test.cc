#include "common/sweep/sweep_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

TEST(SweepPageTest, SaysWhatWasMeasuredAndWhatWasNot) {
  HandMadeSweep made;
  made.AddTarget({.name = "off", .gpus = 2});
  made.AddDataset("throughput_1k", 1000);
  made.AddPoint("off", 4)
      .Set("user_tps", "p50", 40, 0.4)
      .Set("output_tps", "value", 150, 3)
      .Set("ttft_ms", "p95", 210, 1)
      .Label("cliff");
  HandMadePoint skipped = made.AddPoint("off", 64);
  skipped->state = PointState::kSkipped;
  skipped->reason = "beyond bs 4 nothing comes";
  HandMadePoint failed = made.AddPoint("off", 128);
  failed->state = PointState::kFailed;
  failed->reason = "off: nobody answers";
  const std::string page = SweepPage(made.sweep(), {.folder = "S", .columns = 110});
  EXPECT_THAT(page, HasSubstr("3 points: 1 done, 1 skipped, 1 failed"));
  EXPECT_THAT(page, HasSubstr("off on throughput_1k"));
  EXPECT_THAT(page, HasSubstr("bs 4"));
  EXPECT_THAT(page, HasSubstr("valid, cliff"));
  EXPECT_THAT(page, HasSubstr("75"));  // for each of two GPUs
  EXPECT_THAT(page, HasSubstr("+-2.0 %"));
  EXPECT_THAT(page, HasSubstr("skipped: beyond bs 4 nothing comes"));
  EXPECT_THAT(page, HasSubstr("failed: off: nobody answers"));
  EXPECT_THAT(page, HasSubstr("Output TPS per GPU over User TPS"));
  EXPECT_THAT(page, HasSubstr("specctl plan S"));
}

TEST(SweepPageTest, ShowsPairsAsRatios) {
  HandMadeSweep made;
  made.AddTarget({.name = "off"});
  made.AddTarget({.name = "dl3"});
  made.AddDataset("d", {});
  Sweep& sweep = made.sweep();
  SweepPair pair{.key = {.target = "dl3", .load = {.level = 8}, .dataset = "d"}, .baseline = "off"};
  SetFigure("user_tps", "mean", MeasuredAs(1.5, 0.01), pair.ratios);
  sweep.pairs.push_back(pair);
  const std::string page = SweepPage(sweep, {.folder = "S"});
  EXPECT_THAT(page, HasSubstr("dl3 at bs 8, d / off"));
  EXPECT_THAT(page, HasSubstr("user TPS x 1.50 (1.48 .. 1.52)"));
}

}  // namespace
}  // namespace specctl::testing
