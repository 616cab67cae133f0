#include "common/planning/study_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;

class StudyTableTest : public ::testing::Test {
 protected:
  StudyTableTest() {
    made_.AddTarget({.name = "off", .speculation_method = "none"});
    made_.AddTarget({.name = "full", .drafter = "eagle-full", .draft_length = 3});
    made_.AddTarget({.name = "pruned", .drafter = "eagle-pruned", .draft_length = 3});
    made_.AddDataset("throughput_8k", 8000);
    made_.AddDataset("random_8k", 8000, true);
    made_.AddDataset("throughput_1k", 1000);
  }
  void Pool() {
    points_ = PoolPoints(made_.sweep());
    curves_ = CurvesOf(points_);
  }

  HandMadeSweep made_;
  std::vector<PooledPoint> points_;
  std::vector<Curve> curves_;
};

TEST_F(StudyTableTest, PromptsOfUnknownLengthsAreNotOfTheSame) {
  made_.AddDataset("own", std::nullopt);
  made_.AddDataset("random", std::nullopt, true);
  made_.AddPoint("off", 16, "own").Set("output_tps", "value", 100, 1);
  made_.AddPoint("off", 16, "random").Set("output_tps", "value", 120, 1);
  Pool();
  EXPECT_FALSE(RandomTokenStudy(made_.sweep(), curves_));
}

TEST_F(StudyTableTest, RandomTokensOverstateByTargetAndLoad) {
  for (const auto& [target, factor] : {std::pair("off", 1.02), {"full", 1.25}}) {
    for (const double bs : {16.0, 64.0}) {
      made_.AddPoint(target, bs, "throughput_8k").Set("output_tps", "value", 100, 1);
      made_.AddPoint(target, bs, "random_8k").Set("output_tps", "value", 100 * factor, 1);
    }
  }
  Pool();
  const StudyTable study = *RandomTokenStudy(made_.sweep(), curves_);
  ASSERT_EQ(study.rows.size(), 6u);
  EXPECT_THAT(study.rows[2].labels, ElementsAre("off", "all loads"));
  EXPECT_NEAR(study.rows[2].values[0]->value, 1.02, 1e-9);
  EXPECT_THAT(study.rows[5].labels, ElementsAre("full", "all loads"));
  EXPECT_NEAR(study.rows[5].values[0]->value, 1.25, 1e-9);
  EXPECT_NEAR(*study.rows[5].values[0]->high, 1.25 + 1.96 * 1.25 * 0.0128 / std::sqrt(2), 1e-3);
  EXPECT_EQ(study.rows[5].runs.size(), 4u);
}

TEST_F(StudyTableTest, WithoutRandomTokensThereIsNoStudy) {
  made_.AddPoint("off", 16, "throughput_8k").Set("output_tps", "value", 100, 1);
  Pool();
  EXPECT_FALSE(RandomTokenStudy(made_.sweep(), curves_));
  EXPECT_FALSE(LongPromptStudy(made_.sweep(), curves_, {}));
  EXPECT_FALSE(TemperatureStudy(curves_));
  EXPECT_FALSE(DrafterStudy(made_.sweep(), curves_));
}

TEST_F(StudyTableTest, LongPromptsAreListedByIsl) {
  made_.AddPoint("full", 16, "throughput_8k").Set("per_step", "value", 1.2, 0.02);
  made_.AddPoint("full", 16, "throughput_1k").Set("per_step", "value", 2.4, 0.02);
  Pool();
  const StudyTable study = *LongPromptStudy(made_.sweep(), curves_, {});
  ASSERT_EQ(study.rows.size(), 2u);
  EXPECT_THAT(study.rows[0].labels, ElementsAre("full", "1000", "throughput_1k"));
  EXPECT_NEAR(study.rows[1].values[0]->value, 1.2, 1e-12);
}

TEST_F(StudyTableTest, TemperaturesAreHeldAgainstTheLowest) {
  for (const auto& [temperature, length] : {std::pair(0.0, 2.4), {1.0, 2.1}}) {
    made_
        .AddPointAt({.target = "full",
                     .load = {.kind = LoadKind::kConcurrency, .level = 16},
                     .dataset = "throughput_1k",
                     .temperature = temperature})
        .Set("per_step", "value", length, 0.02)
        .Set("user_tps", "mean", length * 20, 1);
  }
  Pool();
  const StudyTable study = *TemperatureStudy(curves_);
  ASSERT_EQ(study.rows.size(), 1u);
  EXPECT_THAT(study.rows[0].labels, ElementsAre("full", "throughput_1k, temperature 1"));
  EXPECT_NEAR(study.rows[0].values[2]->value, 2.1 / 2.4, 1e-9);
  EXPECT_NEAR(study.rows[0].values[3]->value, 2.1 / 2.4, 1e-9);
}

TEST_F(StudyTableTest, DraftersAreHeldAgainstEachOtherByCategory) {
  made_.AddPoint("full", 16, "throughput_1k")
      .SetIn(Dimension::kCategory, "multilingual", "per_draft", "value", 2.0, 0.03)
      .SetIn(Dimension::kCategory, "coding", "per_draft", "value", 2.6, 0.03);
  made_.AddPoint("pruned", 16, "throughput_1k")
      .SetIn(Dimension::kCategory, "multilingual", "per_draft", "value", 1.8, 0.04)
      .SetIn(Dimension::kCategory, "coding", "per_draft", "value", 2.6, 0.04);
  Pool();
  const StudyTable study = *DrafterStudy(made_.sweep(), curves_);
  ASSERT_EQ(study.rows.size(), 2u);
  EXPECT_THAT(study.rows[1].labels, ElementsAre("full", "pruned", "multilingual"));
  EXPECT_NEAR(study.rows[1].values[2]->value, -0.2, 1e-9);
  EXPECT_NEAR(*study.rows[1].values[2]->high, -0.2 + 1.96 * 0.05, 1e-3);
  EXPECT_EQ(study.rows[1].runs.size(), 2u);
}

}  // namespace
}  // namespace specctl::testing
