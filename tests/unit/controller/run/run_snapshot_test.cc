#include "controller/run/run_snapshot.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl::controller {
namespace {

// A steady run of a minute, of which a part has come; its hold begins at 10 s.
class RunSnapshotTest : public ::testing::Test {
 protected:
  void Apply(size_t batches) {
    for (; next_ < events_.size() && batches > 0; ++next_) {
      if (std::holds_alternative<AgentBatch>(events_[next_])) --batches;
      ASSERT_TRUE(fold_.Apply(events_[next_]).ok());
    }
  }

  const std::vector<Event> events_ =
      SteadyJournal({.hold_s = 60, .requests_per_s = 20, .osl = 8}, 7);
  RunFold fold_;
  size_t next_ = 0;
};

TEST_F(RunSnapshotTest, TheFiguresAreThoseOfTheFold) {
  Apply(20);
  const PrecisionWatch precision({});
  RunSpec spec;
  spec.run_id = "run-1";
  const RunSnapshot snapshot = SnapshotOf(spec, fold_, precision);
  EXPECT_EQ(snapshot.run_id, "run-1");
  EXPECT_EQ(snapshot.figures.done, fold_.Live().done);
  EXPECT_GT(snapshot.figures.done, 100u);
  EXPECT_DOUBLE_EQ(snapshot.figures.elapsed_s, 20);
  EXPECT_FALSE(snapshot.duration_left_s) << "it has no duration";
  EXPECT_EQ(snapshot.precision, "");
  EXPECT_FALSE(snapshot.precise_in_s);
}

TEST_F(RunSnapshotTest, WhatIsLeftIsOfRampWarmUpAndDuration) {
  Apply(20);
  RunSpec spec;
  spec.load.duration = std::chrono::seconds(60);
  EXPECT_DOUBLE_EQ(*SnapshotOf(spec, fold_, PrecisionWatch({})).duration_left_s, 40);
  spec.load.ramp = std::chrono::seconds(3);
  spec.load.warmup = std::chrono::seconds(10);
  EXPECT_DOUBLE_EQ(*SnapshotOf(spec, fold_, PrecisionWatch({})).duration_left_s, 53);
  spec.load = {.duration = std::chrono::seconds(15)};
  EXPECT_DOUBLE_EQ(*SnapshotOf(spec, fold_, PrecisionWatch({})).duration_left_s, -5);
}

TEST_F(RunSnapshotTest, ItIsLookedAtWhereALookIsDue) {
  PrecisionWatch precision({{"output_tps", "value", 0.0001}});
  EXPECT_FALSE(LookIfDue(fold_, precision)) << "nothing has begun";
  Apply(45);  // 35 s of the hold
  EXPECT_FALSE(LookIfDue(fold_, precision));
  Apply(7);
  ASSERT_GE(fold_.HoldSeconds(), PrecisionWatch::kFirstLookS);
  EXPECT_TRUE(LookIfDue(fold_, precision));
  EXPECT_NE(precision.text().find("output_tps +-"), std::string::npos) << precision.text();
  EXPECT_FALSE(LookIfDue(fold_, precision)) << "once";
  PrecisionWatch without({});
  EXPECT_FALSE(LookIfDue(fold_, without));
}

TEST_F(RunSnapshotTest, HowLongItStillTakesIsToldFromHere) {
  PrecisionWatch precision({{"output_tps", "value", 0.0001}});
  Apply(52);
  ASSERT_TRUE(LookIfDue(fold_, precision));
  const RunSnapshot snapshot = SnapshotOf(RunSpec(), fold_, precision);
  EXPECT_EQ(snapshot.precision, precision.text());
  ASSERT_TRUE(precision.expected_s());
  EXPECT_DOUBLE_EQ(*snapshot.precise_in_s, *precision.expected_s() - fold_.HoldSeconds());
  // Two looks that met it, longer ago than was expected.
  PrecisionWatch early({{"output_tps", "value", 0.5}});
  const std::optional<FigureSet> figures = fold_.HoldSoFar();
  ASSERT_TRUE(figures);
  early.OnLook(5, &*figures);
  EXPECT_DOUBLE_EQ(*SnapshotOf(RunSpec(), fold_, early).precise_in_s, 0) << "never below it";
}

}  // namespace
}  // namespace specctl::controller
