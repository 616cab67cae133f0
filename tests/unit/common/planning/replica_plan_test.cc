#include "common/planning/replica_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/planning/sensitivity.h"
#include "tests/unit/common/planning/answered_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

class ReplicaPlanTest : public AnsweredSweep {
 protected:
  ReplicaPlanTest() {
    made_.AddTarget({.name = "dl3", .gpus = 8, .draft_length = 3});
    made_.AddDataset("throughput_1k", 1000);
    for (const double bs : {1.0, 64.0, 100.0}) {
      made_.AddPoint("dl3", bs)
          .Set("output_tps", "value", 10 * bs, 0)
          .Set("requests_per_s", "value", bs / 10, 0)
          .Set("user_tps", "p10", 130 - bs, 0)
          .Set("per_step", "value", 2.5, 0.1);
    }
  }
};

TEST_F(ReplicaPlanTest, AsManyAsTheDemandTakesAtTheBound) {
  const SloAnswer answer = Answer("user_tps_p10 >= 60");  // bs 64: 640 tokens/s
  const Capacity capacity = *CapacityOf(answer);
  EXPECT_EQ(capacity.tokens_per_s, 640);
  const ReplicaPlan plan = *PlanReplicas(answer, capacity, *ParseDemand("2000tps"));
  EXPECT_EQ(plan.replicas, 4u);
  EXPECT_NEAR(plan.headroom, 0.28, 1e-12);
  // 3 left: 666.7 each of 640.
  EXPECT_NEAR(plan.one_lost.load_share, 2000.0 / 3 / 640, 1e-12);
  EXPECT_FALSE(plan.one_lost.holds);
  EXPECT_TRUE(plan.one_lost_of_spare.holds);
  EXPECT_FALSE(plan.at_most);
  EXPECT_EQ(PlanReplicas(answer, capacity, *ParseDemand("12.8 rps"))->replicas, 2u);
}

TEST_F(ReplicaPlanTest, TheLowerBoundOfTheThroughputIsItsCapacity) {
  made_.AddPoint("dl3", 200).Set("output_tps", "value", 2000, 100).Set("user_tps", "p10", 70, 0);
  EXPECT_NEAR(CapacityOf(Answer("user_tps_p10 >= 20"))->tokens_per_s, 2000 - 164.5, 0.1);
}

TEST_F(ReplicaPlanTest, WhereAllPassFewerMayDo) {
  const SloAnswer answer = Answer("user_tps_p10 >= 20");
  EXPECT_TRUE(PlanReplicas(answer, *CapacityOf(answer), *ParseDemand("2000tps"))->at_most);
}

TEST_F(ReplicaPlanTest, OneReplicaThatIsLostLeavesNone) {
  const SloAnswer answer = Answer("user_tps_p10 >= 60");
  const ReplicaPlan plan = *PlanReplicas(answer, *CapacityOf(answer), *ParseDemand("5tps"));
  EXPECT_EQ(plan.replicas, 1u);
  EXPECT_FALSE(plan.one_lost.holds);
  EXPECT_TRUE(plan.one_lost_of_spare.holds);
  EXPECT_TRUE(plan.below_measured) << "5 tokens/s are less than at bs 1";
}

TEST_F(ReplicaPlanTest, ADemandBeyondAllReplicasIsRefused) {
  const SloAnswer answer = Answer("user_tps_p10 >= 60");
  const absl::Status status =
      PlanReplicas(answer, *CapacityOf(answer), *ParseDemand("1e12tps")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("--demand 1e12tps: takes 1.56e+09 replicas"));
}

TEST_F(ReplicaPlanTest, CostsWhatItsGpusCost) {
  const SloAnswer answer = Answer("user_tps_p10 >= 60");
  const Demand demand = *ParseDemand("2000tps");
  const std::optional<ReplicaPlan> plan = *PlanReplicas(answer, *CapacityOf(answer), demand);
  const Cost cost = *CostOf(answer, 2.40, 8, demand, plan);
  // 19.20 an hour over 640 x 3600 tokens.
  EXPECT_NEAR(cost.per_million_output_tokens.value, 19.2 / (640 * 3600) * 1e6, 1e-9);
  EXPECT_NEAR(*cost.replicas_per_hour, 4 * 19.2, 1e-12);
  EXPECT_NEAR(*cost.per_million_demanded, 4 * 19.2 / (2000 * 3600) * 1e6, 1e-9);
}

TEST_F(ReplicaPlanTest, LowerAcceptanceLowersTheAnswer) {
  const SloAnswer answer = Answer("user_tps_p10 >= 60");  // 66 at bs 64: 59.4 with 10 % less
  const auto all = SensitivitiesOf(answer, slo_, *ParseDemand("2000tps"));
  ASSERT_EQ(all[0].key, "acceptance_10_percent_lower");
  EXPECT_EQ(all[0].load->level, 1);
  EXPECT_EQ(all[0].replicas, 223u) << "2000 / (10 x 0.9), rounded up";
}

TEST(SensitivityOfRatesTest, LowerAcceptanceLeavesWhatWasOffered) {
  HandMadeSweep made;
  made.AddTarget({.name = "dl3", .draft_length = 3});
  made.AddDataset("throughput_1k", 1000);
  made.AddPointAt({.target = "dl3",
                   .load = {.kind = LoadKind::kRate, .level = 2},
                   .dataset = "throughput_1k"})
      .Set("output_tps", "value", 1000, 0)
      .Set("ttft_ms", "p95", 100, 0)
      .Set("per_step", "value", 2.5, 0.01);
  const std::vector<PooledPoint> points = PoolPoints(made.sweep());
  const std::vector<Curve> curves = CurvesOf(points);
  const auto slo = *ParseConditions("ttft_p95 <= 2s");
  const SloAnswer answer = AnswerSlo(curves.front(), slo, false);
  const auto all = SensitivitiesOf(answer, slo, *ParseDemand("2000tps"));
  ASSERT_EQ(all.at(0).key, "acceptance_10_percent_lower");
  EXPECT_NEAR(all[0].capacity_per_s.value_or(0), 1000, 1e-6);
}

TEST_F(ReplicaPlanTest, BurstsNeedRoom) {
  const SloAnswer answer = Answer("user_tps_p10 >= 30");  // bs 100
  const auto all = SensitivitiesOf(answer, slo_, *ParseDemand("2000tps"));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].key, "poisson_arrivals");
  // m + 1.645 sqrt(m) = 100.
  EXPECT_NEAR(all[1].load->level, 84.8, 0.1);
  EXPECT_NEAR(*all[1].capacity_per_s, 848, 1);
  EXPECT_EQ(all[1].replicas, 3u);
  EXPECT_NEAR(all[2].load->level + 2 * 1.645 * std::sqrt(all[2].load->level), 100, 0.01);
}

}  // namespace
}  // namespace specctl::testing
