#include "common/planning/sweep_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SweepCheckTest : public ::testing::Test {
 protected:
  SweepCheckTest() {
    made_.AddTarget({.name = "off", .gpus = 8});
    made_.AddTarget({.name = "dl3", .gpus = 8, .drafter = "eagle@1", .draft_length = 3});
    made_.AddDataset("throughput_1k", 1000);
    made_.AddPoint("off", 1);
    made_.AddPoint("dl3", 1);
  }
  std::string Refusal(const Across& across = {}) {
    const auto notes = CheckSweep(made_.sweep(), across);
    return notes.ok() ? "" : std::string(notes.status().message());
  }

  HandMadeSweep made_;
};

TEST_F(SweepCheckTest, OneModelEngineAndDrafterIsFine) {
  made_.AddPoint("dl3", 4);
  EXPECT_EQ(Refusal(), "");
}

TEST_F(SweepCheckTest, AnEngineThatWasUpgradedBetweenIsStale) {
  made_.AddPoint("dl3", 4)->measured.setup.engine = "vllm 0.33.0";
  EXPECT_THAT(Refusal(), HasSubstr("target dl3: engine differs: vllm 0.32.0 in run run-2, vllm "
                                   "0.33.0 in run run-3"));
  const auto notes = CheckSweep(made_.sweep(), {.engine = true});
  ASSERT_TRUE(notes.ok());
  EXPECT_THAT(notes->front(), HasSubstr("(--across)"));
}

TEST_F(SweepCheckTest, AnotherDrafterUnderOneNameIsStale) {
  made_.AddPoint("dl3", 4)->measured.setup.drafter = "eagle@2";
  EXPECT_THAT(Refusal(), HasSubstr("drafter differs: eagle@1 in run run-2, eagle@2 in run run-3"));
  EXPECT_EQ(Refusal({.drafter = true}), "");
}

TEST_F(SweepCheckTest, AnotherDraftLengthUnderOneNameIsRefused) {
  made_.AddPoint("dl3", 4)->measured.setup.draft_length = 5;
  EXPECT_THAT(Refusal({.engine = true, .dataset = true, .drafter = true}),
              HasSubstr("draft length differs: 3 in run run-2, 5 in run run-3"));
}

TEST_F(SweepCheckTest, AnotherRevisionOfTheDatasetIsStale) {
  made_.AddPoint("off", 4)->measured.setup.dataset_sha256 = "0123456789abcdef";
  EXPECT_THAT(Refusal(), HasSubstr("dataset throughput_1k: its revision differs"));
  EXPECT_EQ(Refusal({.dataset = true}), "");
}

TEST_F(SweepCheckTest, TwoModelsAreNotPlannedTogether) {
  made_.AddTarget({.name = "large", .model = "llama-405b"});
  made_.AddPoint("large", 1);
  EXPECT_THAT(Refusal(), HasSubstr("targets: model differs: llama in run run-1, llama-405b in run "
                                   "run-3; plan one model at a time, with --target"));
}

TEST_F(SweepCheckTest, WhatNobodyTellsIsNotCompared) {
  HandMadePoint silent = made_.AddPoint("dl3", 4);
  silent->measured.setup.engine = silent->measured.setup.drafter = "";
  EXPECT_EQ(Refusal(), "");
}

TEST_F(SweepCheckTest, FiguresOfTwoFoldsAreRefused) {
  made_.sweep();
  Sweep& sweep = made_.sweep();
  sweep.points[0].fold = FoldKey{.fold_version = 1};
  sweep.points[1].fold = FoldKey{.fold_version = 2};
  EXPECT_THAT(std::string(CheckSweep(sweep, {}).status().message()),
              HasSubstr("different versions of specctl"));
}

TEST_F(SweepCheckTest, NothingMeasuredIsRefused) {
  HandMadeSweep empty;
  EXPECT_THAT(std::string(CheckSweep(empty.sweep(), {}).status().message()),
              HasSubstr("no point of the sweep is done"));
}

TEST_F(SweepCheckTest, SweepsAreJoinedOnce) {
  made_.sweep().pairs.push_back({.key = made_.sweep().points.back().key, .run_id = "pair-1"});
  const std::vector<NamedSweep> twice = {{"S", made_.sweep()}, {"S", made_.sweep()}};
  EXPECT_EQ(JoinSweeps(twice, {})->points.size(), 2u);
  EXPECT_EQ(JoinSweeps(twice, {})->pairs.size(), 1u);
  Sweep other = made_.sweep();
  other.targets[0].gpus = 4;
  EXPECT_THAT(std::string(JoinSweeps({{"S", made_.sweep()}, {"T", other}}, {}).status().message()),
              HasSubstr("T: target off has other GPUs than in an earlier sweep"));
}

TEST_F(SweepCheckTest, OnlyWhatIsAskedForStays) {
  const Sweep joined = *JoinSweeps({{"S", made_.sweep()}}, {.baseline = "off", .targets = {"dl3"}});
  EXPECT_EQ(joined.points.size(), 2u) << "the baseline stays";
  EXPECT_EQ(JoinSweeps({{"S", made_.sweep()}}, {.targets = {"dl3"}})->points.size(), 1u);
  EXPECT_EQ(JoinSweeps({{"S", made_.sweep()}}, {.targets = {"dl5"}}).status().message(),
            "--target dl5: is not in the sweep, which has off, dl3");
  EXPECT_EQ(JoinSweeps({{"S", made_.sweep()}}, {.datasets = {"x"}}).status().message(),
            "--dataset x: is not in the sweep, which has throughput_1k");
  EXPECT_EQ(JoinSweeps({{"S", made_.sweep()}}, {.baseline = "x"}).status().message(),
            "--baseline x: is not in the sweep, which has off, dl3");
}

}  // namespace
}  // namespace specctl::testing
