#include "common/analysis/arrival_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/workload/arrival_times.h"
#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

constexpr int kSeconds = 20;

struct Course {
  double late_ms = 0;       // of each arrival
  double reply_ms = 20;     // from its first token to its last
  size_t shed_every = 0;    // 0: none is
  bool loses_some = false;  // every tenth arrival is neither begun nor shed
};

// A run of `kSeconds` whose arrivals come as planned, but for what `course` says.
Results RunOf(const OpenLoop& loop, const Course& course) {
  JournalScript script({.bs = 64, .duration_ms = kSeconds * 1'000});
  script.spec().load.shape = loop;
  script.spec().load.seed = 5;
  ArrivalTimes times(loop, 5);
  uint64_t position = 0;
  for (Nanos due = times.Next(); due < std::chrono::seconds(kSeconds); due = times.Next()) {
    const double due_ms = Seconds(due) * 1e3;
    const uint64_t arrival = position++;
    if (course.loses_some && arrival % 10 == 9) continue;
    if (course.shed_every > 0 && arrival % course.shed_every == 0) {
      script.Shed(0, arrival, due_ms);
      continue;
    }
    const double at_ms = due_ms + course.late_ms;
    script
        .Begin({.slot = static_cast<uint32_t>(arrival % 64),
                .position = arrival,
                .at_ms = at_ms,
                .due_ms = due_ms})
        .Chunk(at_ms + 20, 1)
        .Chunk(at_ms + 20 + course.reply_ms, 1)
        .Ok(at_ms + 20 + course.reply_ms);
  }
  return Fold(script.Events());
}

TEST(ArrivalProofTest, ArrivalsAsPlannedAreProved) {
  const Results results = RunOf({.rate_per_s = 50}, {});
  ASSERT_TRUE(results.arrivals);
  const ArrivalFigures& arrivals = *results.arrivals;
  // A slot of the script that begins nothing more ends it a little early.
  EXPECT_GT(results.hold->windows, 15u);
  EXPECT_EQ(arrivals.begun, arrivals.planned);
  EXPECT_EQ(arrivals.shed, 0u);
  EXPECT_NEAR(arrivals.planned_per_s, 50, 5);
  EXPECT_EQ(arrivals.lateness_ms->max, 0);
  ASSERT_EQ(arrivals.dispersion.size(), 2u) << "four windows of 5 s are too few";
  for (const auto& dispersion : arrivals.dispersion) {
    EXPECT_GT(dispersion.index, dispersion.expected->low) << dispersion.window_s;
    EXPECT_LT(dispersion.index, dispersion.expected->high) << dispersion.window_s;
  }
  EXPECT_GT(arrivals.gaps->p_value, 0.001);
  for (const auto code :
       {ReasonCode::kArrivalsShed, ReasonCode::kArrivalsLate, ReasonCode::kArrivalsApart,
        ReasonCode::kInFlightBelowBs, ReasonCode::kLittlesLaw}) {
    EXPECT_FALSE(HasReason(results.verdict, code)) << ReasonName(code);
  }
  EXPECT_TRUE(results.conservation.Holds());
}

TEST(ArrivalProofTest, ConstantArrivalsHaveNoSpread) {
  const Results results = RunOf({.rate_per_s = 50, .process = ArrivalProcess::kConstant}, {});
  EXPECT_FALSE(results.arrivals->gaps);
  for (const auto& dispersion : results.arrivals->dispersion) {
    EXPECT_LT(dispersion.index, 0.05);
    EXPECT_FALSE(dispersion.expected);
  }
}

TEST(ArrivalProofTest, AClosedLoopHasNone) {
  JournalScript script({.bs = 1});
  script.Begin({}).Chunk(20, 1).Ok(2'000);
  EXPECT_FALSE(Fold(script.Events()).arrivals);
}

TEST(ArrivalProofTest, AShedArrivalIsCountedAndDegrades) {
  const Results results = RunOf({.rate_per_s = 50}, {.shed_every = 500});
  EXPECT_GT(results.arrivals->shed, 0u);
  EXPECT_LE(results.arrivals->shed, results.conservation.shed) << "the proof is of the hold";
  EXPECT_TRUE(results.conservation.Holds());
  EXPECT_EQ(results.conservation.planned, results.conservation.sent + results.conservation.shed);
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kArrivalsShed));
  EXPECT_EQ(CheckShed(results)->state, VerdictState::kDegraded);
}

TEST(ArrivalProofTest, MoreThanOnePercentShedIsInvalid) {
  const Results results = RunOf({.rate_per_s = 50}, {.shed_every = 20});
  EXPECT_EQ(CheckShed(results)->state, VerdictState::kInvalid);
  EXPECT_EQ(results.verdict.state, VerdictState::kInvalid);
}

// Median TTFT 20 ms: the limit is 1 ms.
TEST(ArrivalProofTest, LateArrivalsKeepTheirTimeAndDegrade) {
  const Results late = RunOf({.rate_per_s = 50}, {.late_ms = 3});
  EXPECT_NEAR(late.arrivals->lateness_ms->p50, 3, 1e-6);
  EXPECT_EQ(CheckLateness(late)->state, VerdictState::kDegraded);
  EXPECT_NEAR(late.headline.latency.ttft_ms->p50, 20, 0.01);
  EXPECT_NEAR(late.headline.latency.ttft_user_ms->p50, 23, 0.01);
  EXPECT_EQ(CheckLateness(RunOf({.rate_per_s = 50}, {.late_ms = 0.9})), std::nullopt);
  EXPECT_EQ(CheckLateness(RunOf({.rate_per_s = 50}, {.late_ms = 6}))->state,
            VerdictState::kInvalid);
}

TEST(ArrivalProofTest, ArrivalsThatNobodyTellsOfAreMissed) {
  const Results results = RunOf({.rate_per_s = 50}, {.loses_some = true});
  EXPECT_LT(results.arrivals->begun, results.arrivals->planned);
  ASSERT_TRUE(CheckArrivalProcess(results));
  EXPECT_THAT(CheckArrivalProcess(results)->reason.text, HasSubstr("arrivals were planned"));
}

// A run that is over before its hold begins is proved up to its last arrival.
TEST(ArrivalProofTest, APlanThatEndsEarlyHasNoArrivalsToMiss) {
  JournalScript script({.bs = 8, .warmup_ms = 10'000});
  const OpenLoop loop{.rate_per_s = 10};
  script.spec().load.shape = loop;
  ArrivalTimes times(loop, script.spec().load.seed);
  for (uint64_t arrival = 0; arrival < 40; ++arrival) {
    const double at_ms = Seconds(times.Next()) * 1e3;
    script.Begin({.slot = static_cast<uint32_t>(arrival % 8), .position = arrival, .at_ms = at_ms})
        .Chunk(at_ms + 10, 1)
        .Ok(at_ms + 10);
  }
  const Results results = Fold(script.Events());
  EXPECT_TRUE(results.headline_is_whole_run);
  EXPECT_EQ(results.arrivals->planned, 40u);
  EXPECT_EQ(results.arrivals->begun, 40u);
  EXPECT_EQ(CheckArrivalProcess(results), std::nullopt);
}

TEST(ArrivalProofTest, AWarmUpShorterThanTheRequestsIsALabel) {
  const auto label = [](const Results& results) {
    for (const VerdictLabel& each : results.verdict.labels) {
      if (each.code == Label::kFillUp) return true;
    }
    return false;
  };
  // The hold begins with the run: 3 s of about 20 are a rise.
  EXPECT_TRUE(label(RunOf({.rate_per_s = 50}, {.reply_ms = 3'000})));
  EXPECT_FALSE(label(RunOf({.rate_per_s = 50}, {.reply_ms = 500})));
  // Of most it is not seen how long they take.
  EXPECT_TRUE(label(RunOf({.rate_per_s = 50}, {.reply_ms = 15'000})));
}

TEST(ArrivalProofTest, GapsOfAnotherProcessDoNotFit) {
  Results results = RunOf({.rate_per_s = 50}, {});
  results.arrivals->gaps = GoodnessOfFit{.distance = 0.6, .p_value = 0};
  ASSERT_TRUE(CheckArrivalProcess(results));
  EXPECT_THAT(CheckArrivalProcess(results)->reason.text, HasSubstr("not those of a Poisson"));
  // Late by 40 ms, gaps of that length may be missing: 1 - exp(-2).
  results.arrivals->lateness_ms->p90 = 40;
  EXPECT_EQ(CheckArrivalProcess(results), std::nullopt);
  results.arrivals->lateness_ms->p90 = 0;
  // Of very many arrivals the least difference is significant, and means nothing.
  results.arrivals->gaps->distance = 0.01;
  EXPECT_EQ(CheckArrivalProcess(results), std::nullopt);
}

}  // namespace
}  // namespace specctl
