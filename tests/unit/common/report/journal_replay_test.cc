#include "common/report/journal_replay.h"

#include <fstream>

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::Status Accept(const RunBegun&) { return absl::OkStatus(); }

absl::StatusOr<uint64_t> Replay(const std::string& dir) {
  RunFold fold;
  return ReplayJournal(dir, Accept, fold);
}

TEST(JournalReplayTest, TheSpecComesFirst) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  std::string run_id;
  RunFold fold;
  const absl::StatusOr<uint64_t> torn = ReplayJournal(
      dir.path(),
      [&](const RunBegun& begun) {
        run_id = begun.spec.run_id;
        return absl::OkStatus();
      },
      fold);
  ASSERT_TRUE(torn.ok()) << torn.status();
  EXPECT_EQ(*torn, 0u);
  EXPECT_EQ(run_id, "20261122-101410-7f3a");
  EXPECT_EQ(fold.Finish().conservation.sent, 2u);
}

TEST(JournalReplayTest, ATornTailIsLeftOutAndItsBytesCounted) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  std::ofstream(dir.File("journal.pb"), std::ios::binary | std::ios::app) << "\x40tail";
  const absl::StatusOr<uint64_t> torn = Replay(dir.path());
  ASSERT_TRUE(torn.ok()) << torn.status();
  EXPECT_EQ(*torn, 5u);
}

TEST(JournalReplayTest, AnEventThatContradictsOthersDoesNotEndIt) {
  testing::TempDir dir;
  std::vector<Event> events = testing::SampleEvents();
  AgentBatch stranger = testing::SampleBatch();
  stranger.agent = 9;
  events.insert(events.end() - 3, stranger);
  testing::WriteJournal(dir.path(), events);
  RunFold fold;
  ASSERT_TRUE(ReplayJournal(dir.path(), Accept, fold).ok());
  const Results results = fold.Finish();
  EXPECT_TRUE(results.ended);
  EXPECT_EQ(results.conservation.sent, 2u);
}

TEST(JournalReplayTest, NoSuchRunIsNotFound) {
  const absl::StatusOr<uint64_t> torn = Replay("/nonexistent/run");
  EXPECT_EQ(torn.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(torn.status().message()), StartsWith("/nonexistent/run: no such run"));
}

TEST(JournalReplayTest, AFolderWithoutAJournalIsNotFound) {
  testing::TempDir dir;
  const absl::StatusOr<uint64_t> torn = Replay(dir.path());
  EXPECT_EQ(torn.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(torn.status().message()), HasSubstr("journal.pb"));
}

TEST(JournalReplayTest, AJournalWithoutItsSpecIsDataLoss) {
  for (const std::vector<Event>& events :
       {std::vector<Event>{}, std::vector<Event>{Event(RunEnded{})}}) {
    testing::TempDir dir;
    testing::WriteJournal(dir.path(), events);
    const absl::StatusOr<uint64_t> torn = Replay(dir.path());
    EXPECT_EQ(torn.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(torn.status().message()),
                HasSubstr("journal.pb: does not begin with a run's spec"));
  }
}

TEST(JournalReplayTest, TheErrorOfOnBegunEndsIt) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  RunFold fold;
  const absl::StatusOr<uint64_t> torn = ReplayJournal(
      dir.path(), [](const RunBegun&) { return absl::InternalError("full"); }, fold);
  EXPECT_EQ(torn.status(), absl::InternalError("full"));
}

}  // namespace
}  // namespace specctl
