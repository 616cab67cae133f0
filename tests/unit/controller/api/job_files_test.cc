#include "controller/api/job_files.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/planning/sweep_json.h"
#include "tests/unit/common/report/temp_dir.h"
#include "tests/unit/controller/sweep/sweep_job_of.h"

namespace specctl::controller {
namespace {

using specctl::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JobFilesTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path to = dir_.File(path);
    std::filesystem::create_directories(to.parent_path());
    std::ofstream(to) << text;
  }
  // What comes for that view: "path@offset bytes".
  std::vector<std::string> Sent(JobFiles& files, const Daemon::View& view) {
    std::vector<std::string> sent;
    const auto done = files.SendFor(view, [&](const v1::WatchPart& part) {
      sent.push_back(part.file().path() + "@" + std::to_string(part.file().offset()) + " " +
                     (part.file().whole_bytes() > 0 ? "{}" : part.file().data()));
      return true;
    });
    EXPECT_TRUE(done.ok() && *done) << done.status();
    return sent;
  }
  static Daemon::View View(JobKind kind, JobState state, const std::string& run_folder = "",
                           uint64_t journal_bytes = 0) {
    return {.job = {.id = "j", .kind = kind, .state = state},
            .version = 1,
            .run_folder = run_folder,
            .journal_bytes = journal_bytes};
  }
  void Save(const Sweep& sweep) { Write(std::string(kSweepFile), SweepJson(sweep)); }

  const TempDir dir_;
};

TEST_F(JobFilesTest, OfARunNoMoreComesThanIsOnDisk) {
  Write("journal.pb", "0123456789");
  JobFiles files(dir_.File(""), {});
  EXPECT_THAT(Sent(files, View(JobKind::kRun, JobState::kRunning, "", 4)),
              ElementsAre("journal.pb@0 0123"));
  EXPECT_THAT(Sent(files, View(JobKind::kRun, JobState::kRunning, "", 4)), IsEmpty());
  EXPECT_THAT(Sent(files, View(JobKind::kRun, JobState::kRunning, "", 6)),
              ElementsAre("journal.pb@4 45"));
  EXPECT_THAT(Sent(files, View(JobKind::kRun, JobState::kDone, "", 6)),
              ElementsAre("journal.pb@6 6789"));
}

TEST_F(JobFilesTest, WhatIsHeldDoesNotComeAgain) {
  Write("journal.pb", "0123456789");
  JobFiles files(dir_.File(""), {{"journal.pb", 7}});
  EXPECT_THAT(Sent(files, View(JobKind::kRun, JobState::kDone)), ElementsAre("journal.pb@7 789"));
  JobFiles others(dir_.File(""), {{"journal.pb", 11}});
  const auto refused = others.SendFor(View(JobKind::kRun, JobState::kDone),
                                      [](const v1::WatchPart&) { return true; });
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JobFilesTest, ASweepComesBehindTheJournalsOfItsRuns) {
  Sweep sweep = SmallSweep();
  sweep.points[0].state = PointState::kDone;
  sweep.points[0].run_id = "a";
  sweep.points[0].folder = "runs/a";
  sweep.points[1].run_id = "b";
  sweep.points[1].folder = "runs/b";
  Save(sweep);
  Write("runs/a/journal.pb", "whole");
  Write("runs/b/journal.pb", "grows");
  JobFiles files(dir_.File(""), {});
  EXPECT_THAT(
      Sent(files, View(JobKind::kSweep, JobState::kRunning, "runs/b", 3)),
      ElementsAre("runs/a/journal.pb@0 whole", "runs/b/journal.pb@0 gro", "sweep.json@0 {}"));
  EXPECT_THAT(Sent(files, View(JobKind::kSweep, JobState::kRunning, "runs/b", 4)),
              ElementsAre("runs/b/journal.pb@3 w"));
  sweep.points[1].state = PointState::kFailed;
  Save(sweep);
  EXPECT_THAT(Sent(files, View(JobKind::kSweep, JobState::kDone)),
              ElementsAre("runs/b/journal.pb@4 s", "sweep.json@0 {}"));
  EXPECT_THAT(Sent(files, View(JobKind::kSweep, JobState::kDone)), IsEmpty());
}

// The daemon's word of what is on disk may still be of the run before.
TEST_F(JobFilesTest, OfARunThatIsNotOnNothingComes) {
  Sweep sweep = SmallSweep();
  sweep.points[0].run_id = "b";
  sweep.points[0].folder = "runs/b";
  Save(sweep);
  Write("runs/b/journal.pb", "grows");
  JobFiles files(dir_.File(""), {});
  EXPECT_THAT(Sent(files, View(JobKind::kSweep, JobState::kRunning, "runs/a", 3)),
              ElementsAre("sweep.json@0 {}"));
}

// It moved to partial/ since the daemon's word of it, and sweep.json is written behind that.
TEST_F(JobFilesTest, ARunThatWasSetAsideIsLeftOut) {
  Sweep sweep = SmallSweep();
  sweep.points[0].run_id = "b";
  sweep.points[0].folder = "runs/b";
  Save(sweep);
  Write("runs/b/journal.pb", "grows");
  JobFiles files(dir_.File(""), {});
  const Daemon::View view = View(JobKind::kSweep, JobState::kRunning, "runs/b", 5);
  std::filesystem::rename(dir_.File("runs"), dir_.File("partial"));
  EXPECT_THAT(Sent(files, view), ElementsAre("sweep.json@0 {}"));
  sweep.points[0].folder.clear();
  Save(sweep);
  EXPECT_THAT(Sent(files, view), ElementsAre("sweep.json@0 {}"));
}

TEST_F(JobFilesTest, AJournalThatIsGoneIsAnErrorThatNamesIt) {
  JobFiles files(dir_.File(""), {});
  const auto sent = files.SendFor(View(JobKind::kRun, JobState::kRunning, "", 4),
                                  [](const v1::WatchPart&) { return true; });
  EXPECT_EQ(sent.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(sent.status().message()),
              ::testing::HasSubstr("/journal.pb: can't be read: No such file"));
}

// A sweep that was resumed: its first runs were made elsewhere.
TEST_F(JobFilesTest, AJournalThatOnlyTheClientHasIsItsOwn) {
  Sweep sweep = SmallSweep();
  sweep.points[0].state = PointState::kDone;
  sweep.points[0].run_id = "a";
  sweep.points[0].folder = "runs/a";
  Save(sweep);
  JobFiles files(dir_.File(""), {{"runs/a/journal.pb", 500}});
  EXPECT_THAT(Sent(files, View(JobKind::kSweep, JobState::kRunning)),
              ElementsAre("sweep.json@0 {}"));
}

TEST_F(JobFilesTest, BeforeItsFirstRunASweepHasNothing) {
  JobFiles files(dir_.File(""), {});
  EXPECT_THAT(Sent(files, View(JobKind::kSweep, JobState::kQueued)), IsEmpty());
}

}  // namespace
}  // namespace specctl::controller
