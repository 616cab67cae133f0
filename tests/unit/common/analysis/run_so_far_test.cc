#include "common/analysis/run_so_far.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "common/analysis/precision.h"
#include "common/figures/catalogue.h"
#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl {
namespace {

// The hold begins at 10 s.
constexpr size_t kBatchesSeen = 40;

// A steady run, of which so many batches have come, a second each.
class RunSoFarTest : public ::testing::Test {
 protected:
  void Apply(size_t batches) {
    for (; next_ < events_.size() && batches > 0; ++next_) {
      if (std::holds_alternative<AgentBatch>(events_[next_])) --batches;
      ASSERT_TRUE(fold_.Apply(events_[next_]).ok());
    }
  }
  // As the controller ends a run after that many seconds; what was in flight is reported still.
  Results DrainedAt(int64_t second) {
    const StageChanged drain{
        .stage = RunStage::kDraining, .at_mono_ns = kT0MonoNs + second * kSecondNs, .reason = ""};
    EXPECT_TRUE(fold_.Apply(drain).ok());
    Apply(events_.size());
    return fold_.Finish();
  }

  std::vector<Event> events_ = SteadyJournal({.hold_s = 60, .requests_per_s = 20, .osl = 40}, 7);
  RunFold fold_;
  size_t next_ = 0;
};

TEST_F(RunSoFarTest, BeforeTheHoldThereIsNothing) {
  EXPECT_EQ(fold_.HoldSeconds(), 0) << "nothing has begun";
  EXPECT_FALSE(fold_.HoldSoFar());
  Apply(9);
  EXPECT_EQ(fold_.HoldSeconds(), 0);
  EXPECT_FALSE(fold_.HoldSoFar());
  Apply(4);
  EXPECT_EQ(fold_.HoldSeconds(), 3);
  EXPECT_FALSE(fold_.HoldSoFar()) << "too short for a headline";
}

TEST_F(RunSoFarTest, FiguresAreThoseOfARunThatEndsThere) {
  Apply(kBatchesSeen);
  EXPECT_EQ(fold_.HoldSeconds(), 30);
  const std::optional<FigureSet> so_far = fold_.HoldSoFar();
  ASSERT_TRUE(so_far);
  const Results ended = DrainedAt(kBatchesSeen);
  ASSERT_EQ(ended.hold->length_s, 30);
  ASSERT_GT(ended.hold->requests_unfinished, 0u) << "some are in flight where it ends";
  size_t compared = 0;
  for (const FigureDefinition& figure : Catalogue()) {
    if (figure.group != FigureGroup::kThroughput && figure.group != FigureGroup::kLatency) continue;
    // Of chunks, whose sketch has those of requests once they are settled; and of prompts, whose
    // tokens are told with the end.
    if (figure.key == "step_latency_ms" || figure.key == "receive_lag_ms" ||
        figure.key == "total_tps") {
      continue;
    }
    const FigureValue a = figure.read(*so_far), b = figure.read(ended.headline);
    ASSERT_EQ(a.index(), b.index()) << figure.key;
    if (const auto* estimate = std::get_if<Estimate>(&a)) {
      EXPECT_DOUBLE_EQ(estimate->value, std::get<Estimate>(b).value) << figure.key;
      EXPECT_EQ(estimate->low, std::get<Estimate>(b).low) << figure.key;
      ++compared;
    } else if (const auto* distribution = std::get_if<const Distribution*>(&a)) {
      const Distribution& other = *std::get<const Distribution*>(b);
      EXPECT_EQ((*distribution)->count, other.count) << figure.key;
      EXPECT_EQ((*distribution)->censored, other.censored) << figure.key;
      EXPECT_DOUBLE_EQ((*distribution)->p50, other.p50) << figure.key;
      ++compared;
    }
  }
  EXPECT_GE(compared, 8u);
}

TEST_F(RunSoFarTest, ALookChangesNothing) {
  Apply(kBatchesSeen);
  RunFold unwatched;
  for (size_t i = 0; i < next_; ++i) ASSERT_TRUE(unwatched.Apply(events_[i]).ok());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(fold_.HoldSoFar());
  const Results a = fold_.Finish(), b = unwatched.Finish();
  EXPECT_DOUBLE_EQ(a.headline.throughput.output_tps->value,
                   b.headline.throughput.output_tps->value);
  EXPECT_EQ(a.conservation.lost, b.conservation.lost);
  EXPECT_DOUBLE_EQ(a.headline.latency.ttft_ms->p99, b.headline.latency.ttft_ms->p99);
}

// What --until may name is what a run has intervals of.
TEST_F(RunSoFarTest, TheFiguresWithIntervalsAreThoseOfARun) {
  Apply(events_.size());
  const Results results = fold_.Finish();
  const auto named = FiguresWithIntervals();
  for (const FigureDefinition& figure : Catalogue()) {
    const bool is_distribution = figure.kind == FigureKind::kDistribution;
    const PrecisionGoal goal{std::string(figure.key), is_distribution ? "p50" : "value", 0.05};
    if (figure.key == "total_tps" || !HalfWidthShare(results.headline, goal)) continue;
    EXPECT_NE(std::find(named.begin(), named.end(), figure.key), named.end()) << figure.key;
  }
  for (const std::string_view key : {"output_tps", "requests_per_s", "ttft_ms", "itl_ms",
                                     "request_latency_ms", "user_tps", "per_step"}) {
    const bool is_distribution = FindFigure(key)->kind == FigureKind::kDistribution;
    EXPECT_TRUE(HalfWidthShare(results.headline,
                               {std::string(key), is_distribution ? "p50" : "value", 0.05}))
        << key;
  }
}

}  // namespace
}  // namespace specctl
