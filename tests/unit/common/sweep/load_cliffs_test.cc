#include "common/sweep/load_cliffs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;

TEST(LoadCliffsTest, TheMostThatRunAtOnceHasNeighbours) {
  EXPECT_THAT(CliffLoads({.requests_max = 64}, {}, 1024), ElementsAre(63, 64, 65));
  EXPECT_THAT(CliffLoads({.requests_max = 1}, {}, 1024), ElementsAre(1, 2));
  EXPECT_THAT(CliffLoads({.requests_max = 64}, {}, 64), ElementsAre(63, 64));
}

TEST(LoadCliffsTest, AStepOfDraftsFillsAGraphWithFewerRequests) {
  const std::vector<uint32_t> graphs = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
  EXPECT_THAT(CliffLoads({.graph_sizes = graphs}, {}, 1024), ElementsAre(512, 513));
  EXPECT_THAT(CliffLoads({.graph_sizes = graphs, .draft_length = 3}, {}, 1024),
              ElementsAre(128, 129));
  EXPECT_THAT(CliffLoads({.graph_sizes = graphs, .draft_length = 4}, {}, 1024),
              ElementsAre(102, 103));
}

TEST(LoadCliffsTest, GraphsBelowTheLoadsAreLookedAtTheHighestFirst) {
  const std::vector<uint32_t> graphs = {8, 16, 24, 32, 40, 48, 56, 64};
  const std::vector<uint32_t> loads = {1, 3, 5, 9, 15};
  // (1 + 3) x loads = 4, 12, 20, 36, 60 tokens; the graphs below them 8, 16, 32, 56.
  EXPECT_THAT(CliffLoads({.graph_sizes = graphs, .draft_length = 3}, loads, 1024),
              ElementsAre(4, 5, 8, 9, 14, 15, 16, 17));
}

class LabelCliffsTest : public ::testing::Test {
 protected:
  LabelCliffsTest() {
    made_.AddTarget({.name = "off"});
    made_.AddDataset("d", 1000);
  }
  bool CliffAtFirst() {
    Sweep& sweep = made_.sweep();
    LabelCliffs(sweep);
    return sweep.points.front().measured.HasLabel("cliff");
  }
  HandMadeSweep made_;
};

TEST_F(LabelCliffsTest, AStepThatTakesLongerIsOne) {
  made_.AddPoint("off", 128).Set("step_latency_ms", "mean", 20, 0.1);
  made_.AddPoint("off", 129).Set("step_latency_ms", "mean", 24, 0.1);
  EXPECT_TRUE(CliffAtFirst());
}

TEST_F(LabelCliffsTest, NoiseIsNone) {
  made_.AddPoint("off", 128).Set("step_latency_ms", "mean", 20, 2);
  made_.AddPoint("off", 129).Set("step_latency_ms", "mean", 24, 2);
  EXPECT_FALSE(CliffAtFirst());
}

TEST_F(LabelCliffsTest, OneRequestMoreMayCostALittle) {
  made_.AddPoint("off", 4).Set("step_latency_ms", "mean", 20, 0.01);
  made_.AddPoint("off", 5).Set("step_latency_ms", "mean", 20.5, 0.01);
  EXPECT_FALSE(CliffAtFirst());
}

TEST_F(LabelCliffsTest, ThroughputThatFallsIsOne) {
  made_.AddPoint("off", 64).Set("output_tps", "value", 1000, 2);
  made_.AddPoint("off", 65).Set("output_tps", "value", 950, 2);
  EXPECT_TRUE(CliffAtFirst());
}

TEST_F(LabelCliffsTest, FirstTokensThatWaitAreOne) {
  made_.AddPoint("off", 64).Set("ttft_ms", "p50", 100, 2);
  made_.AddPoint("off", 65).Set("ttft_ms", "p50", 300, 2);
  EXPECT_TRUE(CliffAtFirst());
}

TEST_F(LabelCliffsTest, OnlyTheNextLoadMakesOne) {
  made_.AddPoint("off", 64).Set("output_tps", "value", 1000, 2);
  made_.AddPoint("off", 128).Set("output_tps", "value", 500, 2);
  EXPECT_FALSE(CliffAtFirst());
}

TEST_F(LabelCliffsTest, TheQueueShowsHowManyRunAtOnce) {
  made_.AddPoint("off", 64).Set("servers_running", "max", 64, -1);
  EXPECT_EQ(RequestsMaxSeen(made_.sweep(), "off"), std::nullopt) << "nobody waited";
  made_.AddPoint("off", 256).Set("servers_running", "max", 96, -1).Label("queued");
  EXPECT_EQ(RequestsMaxSeen(made_.sweep(), "off"), 96u);
}

}  // namespace
}  // namespace specctl::testing
