#include "common/planning/sweep_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

Sweep EverythingOnce() {
  HandMadeSweep made;
  made.AddTarget({.name = "off", .gpus = 8, .speculation_method = "none"});
  made.AddTarget({.name = "dl3",
                  .gpus = 8,
                  .speculation_method = "eagle3",
                  .drafter = "eagle3-llama@1",
                  .draft_length = 3});
  made.AddDataset("throughput_1k", 1000);
  made.AddDataset("random", 1000, true);
  made.AddPoint("off", 16)
      .Set("output_tps", "value", 400, 4)
      .Set("ttft_ms", "p95", 812, 11)
      .Set("failed", "value", 0, -1)
      .SetIn(Dimension::kCategory, "coding", "per_draft", "value", 2.5, 0.1)
      .Label("cliff");
  HandMadePoint rated = made.AddPointAt({.target = "dl3",
                                         .load = {.kind = LoadKind::kRate, .level = 12.5},
                                         .dataset = "random",
                                         .tier = "mixed",
                                         .temperature = 1.0});
  rated->role = PointRole::kAnchor;
  rated->begun_unix_ns = 1'796'040'000'000'000'001;
  rated->fold = FoldKey{.journal_bytes = 1 << 20, .last_record_crc32c = 7, .fold_version = 1};
  rated->measured.verdict = VerdictState::kDegraded;
  rated->measured.reasons = {"agent 7 was throttled"};
  rated->measured.setup.speculates = true;
  HandMadePoint skipped = made.AddPoint("dl3", 1024);
  skipped->state = PointState::kSkipped;
  skipped->reason = "over-saturated at bs 512";
  skipped->run_id = skipped->folder = "";
  skipped->measured = {};
  Sweep sweep = made.sweep();
  sweep.arguments = {"--bs", "1,16", "--target", "off=http://off:8000"};
  sweep.grid = {.loads = {{LoadKind::kConcurrency, 16}, {LoadKind::kRate, 12.5}},
                .tiers = {"mixed"},
                .temperatures = {0, 1}};
  SweepPair pair{.key = sweep.points[1].key,
                 .baseline = "off",
                 .run_id = "run-9",
                 .folder = "runs/run-9",
                 .ratios = {}};
  SetFigure("user_tps", "mean", MeasuredAs(1.4, 0.02), pair.ratios);
  sweep.pairs.push_back(pair);
  return sweep;
}

TEST(SweepJsonTest, WhatWasWrittenReadsBackToTheSameBytes) {
  const std::string text = SweepJson(EverythingOnce());
  const absl::StatusOr<Sweep> sweep = ParseSweep("S/sweep.json", text);
  ASSERT_TRUE(sweep.ok()) << sweep.status();
  EXPECT_EQ(SweepJson(*sweep), text);
}

TEST(SweepJsonTest, EveryFieldReadsBack) {
  const Sweep before = EverythingOnce();
  const Sweep after = *ParseSweep("S/sweep.json", SweepJson(before));
  EXPECT_EQ(after.arguments, before.arguments);
  EXPECT_EQ(after.grid.loads, before.grid.loads);
  ASSERT_EQ(after.points.size(), 3u);
  for (size_t i = 0; i < after.points.size(); ++i) {
    EXPECT_EQ(after.points[i].key, before.points[i].key);
    EXPECT_EQ(after.points[i].role, before.points[i].role);
    EXPECT_EQ(after.points[i].state, before.points[i].state);
    EXPECT_EQ(after.points[i].fold, before.points[i].fold);
    EXPECT_EQ(after.points[i].measured.setup, before.points[i].measured.setup);
    EXPECT_EQ(after.points[i].measured.labels, before.points[i].measured.labels);
    EXPECT_EQ(after.points[i].measured.reasons, before.points[i].measured.reasons);
    EXPECT_EQ(after.points[i].measured.verdict, before.points[i].measured.verdict);
  }
  EXPECT_EQ(after.points[2].reason, "over-saturated at bs 512");
  EXPECT_EQ(after.FindTarget("dl3")->draft_length, 3u);
  EXPECT_TRUE(after.FindDataset("random")->synthetic_text);
  EXPECT_EQ(after.pairs[0].baseline, "off");
}

TEST(SweepJsonTest, AnyBoundCanBeHadFromWhatIsRead) {
  const Sweep before = EverythingOnce();
  const Sweep after = *ParseSweep("S/sweep.json", SweepJson(before));
  const auto high = [](const Sweep& sweep) {
    return *FindMeasured(sweep.points[0].measured.figures, "ttft_ms")
                ->Find("p95")
                ->measured.High(kZ95);
  };
  EXPECT_EQ(high(after), high(before));
  EXPECT_NEAR(high(after), 812 + 1.645 * 11, 0.01);
  EXPECT_FALSE(
      FindMeasured(after.points[0].measured.figures, "failed")->statistics[0].measured.spread);
}

TEST(SweepJsonTest, AFigureOfALaterVersionIsPassedOver) {
  std::string text = SweepJson(EverythingOnce());
  text.replace(text.find("\"ttft_ms\""), 9, "\"later_ms\"");
  const absl::StatusOr<Sweep> sweep = ParseSweep("S/sweep.json", text);
  ASSERT_TRUE(sweep.ok()) << sweep.status();
  EXPECT_EQ(sweep->points[0].measured.figures.size(), 2u);
}

struct Wrong {
  const char* was;
  const char* is;
  const char* error;
};

class WrongSweepTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongSweepTest, IsRefusedWithItsPlace) {
  std::string text = SweepJson(EverythingOnce());
  const size_t at = text.find(GetParam().was);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(GetParam().was).size(), GetParam().is);
  const absl::Status status = ParseSweep("S/sweep.json", text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongSweepTest,
    ::testing::Values(
        Wrong{"\"schema_version\": 1", "\"schema_version\": 2",
              "S/sweep.json: schema_version: is 2, and this specctl reads 1"},
        Wrong{"\"schema_version\": 1,", "", "schema_version: is absent"},
        Wrong{"{", "[", "is not JSON"},
        Wrong{"\"bs\": 16", "\"bs\": 0", "bs: need a number above 0"},
        Wrong{"\"rate\": 12.5", "\"rate\": -1", "rate: need a number above 0"},
        Wrong{"\"rate\": 12.5", "\"rate\": \"x\"", "rate: need a number"},
        Wrong{"\"target\": \"off\"", "\"target\": \"on\"",
              "points[0].target: the sweep has no target \"on\""},
        Wrong{"\"dataset\": \"throughput_1k\",\n      \"role\"",
              "\"dataset\": \"x\",\n      \"role\"",
              "points[0].dataset: the sweep has no dataset \"x\""},
        Wrong{"\"name\": \"dl3\"", "\"name\": \"off\"", "has two targets named \"off\""},
        Wrong{"\"state\": \"done\"", "\"state\": \"begun\"",
              "points[0].state: need planned, done, skipped or failed"},
        Wrong{"\"role\": \"anchor\"", "\"role\": \"rope\"",
              "points[1].role: need grid, anchor or repeat"},
        Wrong{"\"verdict\": \"valid\"", "\"verdict\": \"fine\"",
              "points[0].measured.verdict: need valid, degraded or invalid"},
        Wrong{"\"run_id\": \"run-1\",", "", "points[0].run_id: a point that is done needs its run"},
        Wrong{"\"runs/run-1\"", "\"../run-1\"", "points[0].folder: need runs/NAME"},
        Wrong{"\"runs/run-1\"", "\"/etc\"", "points[0].folder: need runs/NAME"},
        Wrong{"\"runs/run-1\"", "\"runs/..\"", "points[0].folder: need runs/NAME"},
        Wrong{"\"runs/run-1\"", "\"runs/\"", "points[0].folder: need runs/NAME"},
        Wrong{"\"runs/run-1\"", "\"runs/a/../../b\"", "points[0].folder: need runs/NAME"},
        Wrong{"\"runs/run-9\"", "\"runs/../..\"", "pairs[0].folder: need runs/NAME"},
        Wrong{"\"below\": 4", "\"below\": -4", "errors are not below 0"},
        Wrong{"\"measured\": {", "\"x\": {", "points[0].measured: a point that is done needs"}));

}  // namespace
}  // namespace specctl::testing
