#include "common/engine/metric_family.h"

#include <gtest/gtest.h>

#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

FigureValues Derived(const EngineProfile& engine, FigureValues values) {
  engine.derive(values);
  return values;
}

// 30 requests of 200 tokens on SGLang 0.5.23 with SGLANG_SIMULATE_ACC_LEN=2.6: 3,688 accepted in
// 2,305 steps by the sums over requests.
TEST(DeriveTest, SglangsAcceptedTokensAreWhatStepsHadMoreThanOne) {
  FigureValues raw;
  raw[ServerFigure::kDrafts] = 2305;
  raw[ServerFigure::kStepTokens] = 5993;
  raw[ServerFigure::kDraftWidth] = 4;
  raw[ServerFigure::kPrefixHits] = 30;
  raw[ServerFigure::kPrefilledTokens] = 270;
  const FigureValues values = Derived(SglangProfile(), raw);
  EXPECT_EQ(values[ServerFigure::kAcceptedTokens], 3688);
  EXPECT_EQ(values[ServerFigure::kDraftedTokens], 2305 * 3);
  EXPECT_EQ(values[ServerFigure::kEngineSteps], 2305);
  EXPECT_EQ(values[ServerFigure::kPrefixQueries], 300);
}

TEST(DeriveTest, SglangWithoutSpeculationHasNone) {
  FigureValues raw;
  raw[ServerFigure::kStepTokens] = 100;
  raw[ServerFigure::kDraftWidth] = 0;
  const FigureValues values = Derived(SglangProfile(), raw);
  EXPECT_FALSE(values[ServerFigure::kAcceptedTokens].has_value());
  EXPECT_FALSE(values[ServerFigure::kDraftedTokens].has_value());
  EXPECT_FALSE(values[ServerFigure::kEngineSteps].has_value());
}

// Steps are counted when a request ends: more of them than tokens is another window.
TEST(DeriveTest, SglangsCountersOfDifferentWindowsGiveNothing) {
  FigureValues raw;
  raw[ServerFigure::kDrafts] = 50;
  raw[ServerFigure::kStepTokens] = 40;
  EXPECT_FALSE(Derived(SglangProfile(), raw)[ServerFigure::kAcceptedTokens].has_value());
}

// Each of 4 ranks repeats the iteration's statistics; requests count once.
TEST(DeriveTest, TensorRtLlmCountsFinishedRequestsAndNotRanks) {
  FigureValues raw;
  raw[ServerFigure::kDrafts] = 100;
  raw[ServerFigure::kLaterDraftedTokens] = 200;
  raw[ServerFigure::kAcceptedByPosition] = 150;
  raw[ServerFigure::kDraftedTokens] = 1200;
  raw[ServerFigure::kAcceptedTokens] = 600;
  const FigureValues values = Derived(TrtllmProfile(), raw);
  EXPECT_EQ(values[ServerFigure::kDraftedTokens], 300);
  EXPECT_EQ(values[ServerFigure::kAcceptedTokens], 150);
}

TEST(DeriveTest, TensorRtLlmWithoutPositionsHasTheIterationsSums) {
  FigureValues raw;
  raw[ServerFigure::kDraftedTokens] = 300;
  raw[ServerFigure::kAcceptedTokens] = 150;
  const FigureValues values = Derived(TrtllmProfile(), raw);
  EXPECT_EQ(values[ServerFigure::kDraftedTokens], 300);
  EXPECT_FALSE(values[ServerFigure::kDrafts].has_value());
}

}  // namespace
}  // namespace specctl
