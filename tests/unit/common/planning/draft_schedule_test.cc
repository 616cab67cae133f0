#include "common/planning/draft_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/planning/draft_forms.h"
#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;

class DraftScheduleTest : public ::testing::Test {
 protected:
  DraftScheduleTest() {
    made_.AddTarget({.name = "off", .speculation_method = "none"});
    made_.AddTarget({.name = "dl1", .speculation_method = "eagle3", .draft_length = 1});
    made_.AddTarget({.name = "dl3", .speculation_method = "eagle3", .draft_length = 3});
    made_.AddDataset("throughput_1k", 1000);
  }
  void AddRow(double bs, double off, double dl1, double dl3, double error = 0.5) {
    made_.AddPoint("off", bs).Set("user_tps", "mean", off, error);
    made_.AddPoint("dl1", bs).Set("user_tps", "mean", dl1, error);
    made_.AddPoint("dl3", bs).Set("user_tps", "mean", dl3, error);
  }
  DraftSchedule Make() {
    points_ = PoolPoints(made_.sweep());
    curves_ = CurvesOf(points_);
    families_ = DraftFamiliesOf(made_.sweep(), "off");
    return SchedulesOf(families_, curves_).at(0);
  }
  static std::vector<std::vector<uint32_t>> Lists(const DraftSchedule& schedule) {
    std::vector<std::vector<uint32_t>> lists;
    for (const DraftRange& range : schedule.ranges) {
      lists.push_back({range.from, range.to, range.draft_length});
    }
    return lists;
  }

  HandMadeSweep made_;
  std::vector<PooledPoint> points_;
  std::vector<Curve> curves_;
  std::vector<DraftFamily> families_;
};

TEST_F(DraftScheduleTest, TheFastestAtEachLoad) {
  AddRow(1, 50, 80, 110);
  AddRow(64, 30, 38, 40);
  AddRow(128, 25, 27, 26);
  AddRow(512, 12, 11, 8);
  const DraftSchedule schedule = Make();
  std::vector<uint32_t> best;
  for (const DraftChoice& choice : schedule.choices) best.push_back(choice.draft_length);
  EXPECT_THAT(best, ElementsAre(3, 3, 1, 0));
  EXPECT_NEAR(schedule.choices[0].over_none->value, 2.2, 1e-9);
  EXPECT_FALSE(schedule.choices[3].over_none);
  EXPECT_EQ(schedule.longest(), 3u);
}

TEST_F(DraftScheduleTest, RangesEndWhereTheSpeedsCross) {
  AddRow(64, 30, 38, 40, 0.1);      // dl3 / dl1 = 1.0526
  AddRow(128, 25, 27, 25.65, 0.1);  // 0.95: half way in octaves is 90
  AddRow(512, 12, 11, 8, 0.1);
  const DraftSchedule schedule = Make();
  const auto lists = Lists(schedule);
  ASSERT_EQ(lists.size(), 3u);
  EXPECT_THAT(lists[0], ElementsAre(1, 90, 3));
  EXPECT_TRUE(schedule.ranges[0].fitted);
  EXPECT_EQ(lists[1][0], 91u);
  EXPECT_EQ(lists[2][1], 512u);
}

TEST_F(DraftScheduleTest, AcrossACliffARangeEndsAtTheLastMeasured) {
  AddRow(64, 30, 38, 40, 0.1);
  AddRow(128, 25, 27, 26, 0.1);
  made_.AddPoint("dl1", 96).Set("user_tps", "mean", 30, 0.5).Label("cliff");
  EXPECT_THAT(Lists(Make()), ElementsAre(ElementsAre(1, 64, 3), ElementsAre(65, 128, 1)));
}

TEST_F(DraftScheduleTest, ThoseNotShownToBeSlowerAreAsGood) {
  AddRow(64, 30, 39, 40, 1);
  const DraftSchedule schedule = Make();
  EXPECT_EQ(schedule.choices[0].draft_length, 3u);
  EXPECT_THAT(schedule.choices[0].as_good, ElementsAre(1));
  EXPECT_THAT(schedule.ranges[0].candidates, ElementsAre(1, 3));
}

TEST_F(DraftScheduleTest, EnginesTakeItInTheirForms) {
  AddRow(1, 50, 80, 110);
  AddRow(64, 30, 38, 40);
  AddRow(65, 30, 40, 38);
  AddRow(128, 25, 27, 24);
  AddRow(129, 25, 22, 20);
  AddRow(512, 12, 9, 8);
  const DraftSchedule schedule = Make();
  EXPECT_EQ(VllmDraftForm(schedule).content,
            "{\"method\":\"eagle3\",\"num_speculative_tokens\":3,"
            "\"num_speculative_tokens_per_batch_size\":[[1,64,3],[65,128,1],[129,512,0]]}\n");
  EXPECT_THAT(TrtllmDraftForm(schedule).content,
              ::testing::EndsWith("speculative_config:\n  max_draft_len: 3\n"
                                  "  draft_len_schedule: {64: 3, 128: 1}\n"));
  EXPECT_EQ(SglangDraftForm(schedule).content,
            "{\n  \"1\": {\n    \"candidate_steps\": [\n      3\n    ]\n  },\n"
            "  \"65\": {\n    \"candidate_steps\": [\n      1\n    ]\n  },\n"
            "  \"129\": {\n    \"candidate_steps\": [\n      0\n    ]\n  }\n}\n");
  std::vector<std::string> notes;
  EXPECT_EQ(DraftForms(schedule, "vllm 0.32.0", notes).size(), 1u);
  EXPECT_EQ(DraftForms(schedule, "openai", notes).size(), 3u);
  EXPECT_TRUE(notes.empty());
}

TEST_F(DraftScheduleTest, TensorRtLlmBeginsWithItsLongest) {
  AddRow(1, 50, 80, 70);
  AddRow(64, 30, 38, 45);
  const DraftSchedule schedule = Make();
  std::vector<std::string> notes;
  EXPECT_TRUE(DraftForms(schedule, "trtllm 1.2", notes).empty());
  EXPECT_THAT(notes, ElementsAre(::testing::HasSubstr("no form for TensorRT-LLM")));
  EXPECT_THAT(SglangDraftForm(schedule).notes,
              ::testing::Contains(::testing::HasSubstr("--speculative-num-steps 3 ")));
}

TEST_F(DraftScheduleTest, ALengthStaysWhileItIsAsGood) {
  AddRow(1, 50, 80, 110);
  AddRow(16, 40, 60.5, 60, 1);  // not decided
  AddRow(64, 30, 42, 35);
  const DraftSchedule schedule = Make();
  ASSERT_EQ(schedule.ranges.size(), 2u);
  EXPECT_EQ(schedule.ranges[0].draft_length, 3u);
  EXPECT_GE(schedule.ranges[0].to, 16u);
  EXPECT_TRUE(schedule.ranges[0].undecided);
  EXPECT_FALSE(schedule.ranges[1].undecided);
}

TEST_F(DraftScheduleTest, WithoutErrorsNothingIsShown) {
  AddRow(16, 40, 60, 61, -1);
  const DraftSchedule schedule = Make();
  EXPECT_THAT(schedule.choices[0].as_good, ElementsAre(0, 1));
  EXPECT_EQ(schedule.ranges[0].draft_length, 0u);
}

TEST_F(DraftScheduleTest, EachDrafterHasItsFile) {
  AddRow(64, 30, 38, 40);
  Make();
  DraftSchedule schedule = SchedulesOf(families_, curves_).at(0);
  const std::string one = VllmDraftForm(schedule).file;
  schedule.family.drafter = "/models/pruned";
  EXPECT_EQ(VllmDraftForm(schedule).file,
            "vllm-draft-lengths-throughput_1k-eagle3-models-pruned.json");
  EXPECT_NE(VllmDraftForm(schedule).file, one);
}

TEST_F(DraftScheduleTest, LongPromptsMayWantOthers) {
  made_.AddDataset("throughput_8k", 8000);
  AddRow(64, 30, 38, 40);
  AddRow(256, 25, 22, 20);
  for (const auto& [target, tps] : {std::pair("off", 10.0), {"dl1", 14.0}, {"dl3", 15.0}}) {
    made_.AddPoint(target, 64, "throughput_8k").Set("user_tps", "mean", tps, 0.1);
    made_.AddPoint(target, 256, "throughput_8k").Set("user_tps", "mean", tps / 2, 0.1);
  }
  Make();
  const std::vector<DraftSchedule> schedules = SchedulesOf(families_, curves_);
  ASSERT_EQ(schedules.size(), 2u);
  EXPECT_FALSE(schedules[0].AgreesWith(schedules[1])) << "high batch at long context pays again";
  EXPECT_TRUE(schedules[0].AgreesWith(schedules[0]));
}

TEST_F(DraftScheduleTest, WhereItNeverPaysThereIsNoForm) {
  AddRow(64, 30, 28, 20);
  std::vector<std::string> notes;
  EXPECT_TRUE(DraftForms(Make(), "vllm 0.32.0", notes).empty());
}

TEST_F(DraftScheduleTest, ABaselineThatSpeculatesHasItsOwnLength) {
  AddRow(1, 50, 80, 110);
  const auto families = DraftFamiliesOf(made_.sweep(), "dl1");
  ASSERT_EQ(families.size(), 1u);
  std::vector<std::string> members;
  for (const auto& member : families[0].members) {
    members.push_back(std::to_string(member.draft_length) + " " + member.target);
  }
  EXPECT_THAT(members, ElementsAre("0 off", "1 dl1", "3 dl3"));
}

TEST_F(DraftScheduleTest, WhatDoesNotSpeculateIsOfTheSameModelAndEngine) {
  AddRow(1, 50, 80, 110);
  made_.sweep().targets[0].engine = "sglang 0.5";
  const auto families = DraftFamiliesOf(made_.sweep(), "off");
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families[0].members.size(), 2u);
  EXPECT_EQ(families[0].members[0].draft_length, 1u);
}

TEST_F(DraftScheduleTest, AnotherDrafterIsAnotherFamily) {
  made_.AddTarget(
      {.name = "b3", .speculation_method = "eagle3", .drafter = "pruned", .draft_length = 3});
  AddRow(64, 30, 38, 40);
  made_.AddPoint("b3", 64).Set("user_tps", "mean", 45, 0.5);
  Make();
  ASSERT_EQ(families_.size(), 2u);
  EXPECT_EQ(families_[0].members.size() + families_[1].members.size(), 5u);
}

}  // namespace
}  // namespace specctl::testing
