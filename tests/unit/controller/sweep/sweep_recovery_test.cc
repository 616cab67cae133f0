#include "controller/sweep/sweep_recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/common/compare/steady_runs.h"
#include "tests/unit/controller/sweep/sweep_job_of.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;
using specctl::testing::SteadyScript;
using ::testing::HasSubstr;

class NotingObserver final : public SweepObserver {
 public:
  void OnRunBegin(const Sweep&, const NextRun&) override {}
  void OnRunEnd(const Sweep&, const NextRun&) override {}
  void OnNote(std::string_view note) override { notes.emplace_back(note); }
  RunObserver& run_observer(const std::string&) override { std::abort(); }
  std::vector<std::string> notes;
};

class SweepRecoveryTest : public ::testing::Test {
 protected:
  SweepRecoveryTest() : folder_(*SweepFolder::Open(dir_.path())) {}

  // A run of the first point, which did not get its figures yet.
  void Begin(bool ends) {
    ASSERT_TRUE(folder_.MakeRunFolder(kRun).ok());
    auto journal = JournalWriter::Create(dir_.File("runs/" + std::string(kRun) + "/journal.pb"));
    ASSERT_TRUE(journal.ok()) << journal.status();
    for (const Event& event : SteadyScript({.seed = 1}).Events()) {
      if (ends || !std::holds_alternative<RunEnded>(event)) journal->AppendEvent(event);
    }
    ASSERT_TRUE(journal->Sync().ok());
    sweep_.points[0].run_id = kRun;
    sweep_.points[0].folder = SweepFolder::RunFolder(kRun);
  }
  void Recover() {
    const absl::Status recovered = RecoverSweep(folder_, observer_, sweep_);
    ASSERT_TRUE(recovered.ok()) << recovered;
  }

  static constexpr const char* kRun = "steady-1-20";
  const specctl::testing::TempDir dir_;
  SweepFolder folder_;
  NotingObserver observer_;
  Sweep sweep_ = SmallSweep();
};

TEST_F(SweepRecoveryTest, ARunThatHadEndedCounts) {
  Begin(true);
  Recover();
  EXPECT_EQ(sweep_.points[0].state, PointState::kDone);
  EXPECT_NE(FindMeasured(sweep_.points[0].measured.figures, "output_tps"), nullptr);
  EXPECT_TRUE(fs::exists(dir_.File("runs/steady-1-20/summary.json")));
  EXPECT_EQ(sweep_.targets[0].model, "toy");
  EXPECT_EQ(SweepFolder::Read(dir_.path())->points[0].state, PointState::kDone) << "on disk, too";
}

TEST_F(SweepRecoveryTest, ARunThatWasCutOffIsSetAsideAndMeasuredAnew) {
  Begin(false);
  Recover();
  EXPECT_EQ(sweep_.points[0].state, PointState::kPlanned);
  EXPECT_EQ(sweep_.points[0].run_id, "");
  EXPECT_TRUE(fs::exists(dir_.File("partial/steady-1-20/journal.pb")));
  EXPECT_FALSE(fs::exists(dir_.File("runs/steady-1-20")));
}

TEST_F(SweepRecoveryTest, ARunWithoutAJournalIsMeasuredAnew) {
  sweep_.points[0].run_id = "gone";
  sweep_.points[0].folder = "runs/gone";
  Recover();
  EXPECT_EQ(sweep_.points[0].state, PointState::kPlanned);
  EXPECT_EQ(sweep_.points[0].folder, "");
}

TEST_F(SweepRecoveryTest, WhatFailedOrWasLeftOutIsPlannedAgain) {
  sweep_.points[0].state = PointState::kFailed;
  sweep_.points[0].reason = "nobody answers";
  sweep_.spent_s = 12;
  sweep_.points[1].state = PointState::kSkipped;
  sweep_.points[1].reason = "--budget 5 m was spent";
  Recover();
  EXPECT_EQ(sweep_.points[0].state, PointState::kPlanned);
  EXPECT_EQ(sweep_.spent_s, 12) << "of the budget that time is spent";
  EXPECT_EQ(sweep_.points[1].state, PointState::kPlanned);
  sweep_.points[1].state = PointState::kSkipped;
  sweep_.points[1].reason = "beyond bs 4 nothing comes";
  Recover();
  EXPECT_EQ(sweep_.points[1].state, PointState::kSkipped);
}

TEST_F(SweepRecoveryTest, FiguresOfAnotherFoldAreMadeAnew) {
  Begin(true);
  Recover();
  const MeasuredFigures figures = sweep_.points[0].measured.figures;
  sweep_.points[0].measured.figures.clear();
  Recover();
  EXPECT_TRUE(sweep_.points[0].measured.figures.empty()) << "the key says that they are right";
  sweep_.points[0].fold->fold_version = 0;
  Recover();
  EXPECT_EQ(sweep_.points[0].measured.figures.size(), figures.size());
}

TEST_F(SweepRecoveryTest, FiguresStayWhereTheJournalIsGone) {
  Begin(true);
  Recover();
  fs::remove_all(dir_.File("runs/steady-1-20"));
  Recover();
  EXPECT_EQ(sweep_.points[0].state, PointState::kDone);
  ASSERT_EQ(observer_.notes.size(), 1u);
  EXPECT_THAT(observer_.notes[0], HasSubstr("its journal is not there any more"));
}

TEST_F(SweepRecoveryTest, TheJournalOfAnotherRunIsRefused) {
  Begin(true);
  Recover();
  sweep_.points[0].run_id = "another";
  sweep_.points[0].fold->journal_bytes = 1;
  const absl::Status refused = RecoverSweep(folder_, observer_, sweep_);
  EXPECT_TRUE(absl::IsDataLoss(refused));
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("is that of run steady-1-20, and the sweep's point is of run another"));
}

}  // namespace
}  // namespace specctl::controller
