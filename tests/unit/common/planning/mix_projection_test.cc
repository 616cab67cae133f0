#include "common/planning/mix_projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

class MixProjectionTest : public ::testing::Test {
 protected:
  MixProjectionTest() {
    made_.AddTarget({.name = "off", .speculation_method = "none"});
    made_.AddTarget({.name = "dl3", .speculation_method = "eagle3", .draft_length = 3});
    made_.AddDataset("throughput_1k", 1000);
    made_.AddDataset("qualitative", std::nullopt);
  }
  HandMadePoint AddTier(const std::string& target, const std::string& tier) {
    return made_.AddPointAt({.target = target,
                             .load = {.kind = LoadKind::kConcurrency, .level = 16},
                             .dataset = "throughput_1k",
                             .tier = tier});
  }
  std::vector<MixProjection> Project(std::string_view mix) {
    points_ = PoolPoints(made_.sweep());
    curves_ = CurvesOf(points_);
    if (!mix.empty()) request_.mix = *ParseMix(mix);
    return ProjectMix(request_, "off", curves_);
  }

  HandMadeSweep made_;
  PlanRequest request_;
  std::vector<PooledPoint> points_;
  std::vector<Curve> curves_;
};

struct Validation {
  double length, t_ar_ms, t_sd_ms, projected;
};
class PaperTest : public MixProjectionTest, public ::testing::WithParamInterface<Validation> {};

// SPEED-Bench (arXiv 2604.09557), Table 10: steps of the Mixed tier, the domain's length.
TEST_P(PaperTest, GivesThePapersProjection) {
  AddTier("off", "mixed").Set("step_latency_ms", "mean", GetParam().t_ar_ms, 0.1);
  AddTier("dl3", "mixed").Set("step_latency_ms", "mean", GetParam().t_sd_ms, 0.1);
  AddTier("dl3", "high_entropy").Set("per_step", "value", GetParam().length, 0.01);
  const auto projections = Project("high_entropy=1");
  ASSERT_EQ(projections.size(), 1u) << "steps are of the mixed tier alone";
  EXPECT_NEAR(projections[0].projected->value, GetParam().projected, 0.01);
  EXPECT_EQ(projections[0].steps_from, "the mixed tier");
  EXPECT_EQ(projections[0].runs.size(), 3u) << "both of the steps, and the length's";
}
INSTANTIATE_TEST_SUITE_P(
    Table10, PaperTest,
    ::testing::Values(Validation{2.12, 19.6, 25.9, 1.61}, Validation{1.86, 20.4, 27.5, 1.38},
                      Validation{1.17, 25.2, 34.1, 0.86}, Validation{2.93, 19.6, 25.9, 2.22},
                      Validation{2.59, 20.4, 27.5, 1.92}, Validation{3.21, 25.2, 59.9, 1.35}));

TEST_F(MixProjectionTest, SharesAreOfOutputTokens) {
  made_.AddPoint("off", 16).Set("step_latency_ms", "mean", 20, 0);
  made_.AddPoint("dl3", 16)
      .Set("step_latency_ms", "mean", 25, 0)
      .SetIn(Dimension::kCategory, "coding", "per_step", "value", 3, 0)
      .SetIn(Dimension::kCategory, "roleplay", "per_step", "value", 1.5, 0);
  const auto projections = Project("coding=0.4,roleplay=0.6");
  ASSERT_EQ(projections.size(), 1u);
  EXPECT_EQ(projections[0].steps_from, "all of the dataset");
  EXPECT_NEAR(projections[0].domains[0].projected->value, 2.4, 1e-9);
  EXPECT_NEAR(projections[0].domains[1].projected->value, 1.2, 1e-9);
  EXPECT_NEAR(projections[0].projected->value, 1 / (0.4 / 2.4 + 0.6 / 1.2), 1e-9);
  EXPECT_FALSE(projections[0].measured);
}

TEST_F(MixProjectionTest, TheDirectMeasurementStandsBesideIt) {
  made_.AddPoint("off", 16)
      .Set("step_latency_ms", "mean", 20, 0)
      .SetIn(Dimension::kCategory, "coding", "user_tps", "mean", 50, 0);
  made_.AddPoint("dl3", 16)
      .Set("step_latency_ms", "mean", 25, 0)
      .SetIn(Dimension::kCategory, "coding", "per_step", "value", 3, 0)
      .SetIn(Dimension::kCategory, "coding", "user_tps", "mean", 115, 0);
  EXPECT_NEAR(Project("coding=1").at(0).measured->value, 2.3, 1e-9);
}

TEST_F(MixProjectionTest, ADomainMayComeFromAnotherDataset) {
  made_.AddPoint("off", 16).Set("step_latency_ms", "mean", 20, 0.1);
  made_.AddPoint("dl3", 16).Set("step_latency_ms", "mean", 25, 0.1);
  made_.AddPoint("dl3", 4, "qualitative")
      .SetIn(Dimension::kCategory, "coding", "per_step", "value", 3, 0.3);
  const auto projections = Project("coding=1");
  EXPECT_NEAR(projections.at(0).projected->value, 2.4, 1e-9);
  // 10 % of the length dominates 0.5 % and 0.4 % of the steps.
  EXPECT_NEAR(projections.at(0).projected->spread->above, 0.24, 0.01);
}

TEST_F(MixProjectionTest, AnUnknownDomainIsNotGuessed) {
  made_.AddPoint("off", 16).Set("step_latency_ms", "mean", 20, 0.1);
  made_.AddPoint("dl3", 16)
      .Set("step_latency_ms", "mean", 25, 0.1)
      .SetIn(Dimension::kCategory, "coding", "per_step", "value", 3, 0.3);
  const auto projections = Project("coding=0.5,knitting=0.5");
  EXPECT_FALSE(projections.at(0).projected);
  EXPECT_EQ(projections.at(0).why_none, "no acceptance length of knitting");
  EXPECT_TRUE(projections.at(0).domains[0].projected);
}

TEST_F(MixProjectionTest, TakesTheAcceptanceOfAnotherRunOfTheSameDrafter) {
  made_.AddTarget({.name = "dl7", .speculation_method = "eagle3", .draft_length = 7});
  made_.AddPoint("off", 16).Set("step_latency_ms", "mean", 20, 0.1);
  made_.AddPoint("dl3", 16).Set("step_latency_ms", "mean", 25, 0.1);
  made_.AddPoint("dl7", 16).Set("step_latency_ms", "mean", 30, 0.1);
  request_.al_from = AcceptanceRun{.name = "mine", .measured = {}};
  request_.al_from->measured.setup.draft_length = 3;
  SetFigure("per_step", "value", MeasuredAs(2, 0.1), request_.al_from->measured.figures);
  const auto projections = Project("");
  ASSERT_EQ(projections.size(), 1u) << "draft length 7 has another acceptance";
  EXPECT_EQ(projections[0].key.target, "dl3");
  EXPECT_NEAR(projections[0].projected->value, 1.6, 1e-9);
  EXPECT_EQ(projections[0].domains[0].domain, "mine");
}

}  // namespace
}  // namespace specctl::testing
