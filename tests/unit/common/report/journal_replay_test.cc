#include "common/report/journal_replay.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <absl/strings/str_format.h>
#include <gmock/gmock.h>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::Status Accept(const RunBegun&) { return absl::OkStatus(); }

absl::StatusOr<JournalLoss> Replay(const std::string& dir) {
  RunFold fold;
  return ReplayJournal(dir, Accept, fold);
}

TEST(JournalReplayTest, TheSpecComesFirst) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  std::string run_id;
  RunFold fold;
  const absl::StatusOr<JournalLoss> loss = ReplayJournal(
      dir.path(),
      [&](const RunBegun& begun) {
        run_id = begun.spec.run_id;
        return absl::OkStatus();
      },
      fold);
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_EQ(loss->torn_bytes, 0u);
  EXPECT_EQ(run_id, "20261122-101410-7f3a");
  EXPECT_EQ(fold.Finish().conservation.sent, 2u);
}

TEST(JournalReplayTest, WhatServersFilesSaidAtTheEndIsKnownBeforeTheRequests) {
  testing::TempDir dir;
  std::vector<Event> events = testing::SampleEvents();
  std::get<RunBegun>(events.front()).spec.sglang_metrics_dir = "/logs";
  std::string id;
  for (const Event& event : events) {
    const auto* batch = std::get_if<AgentBatch>(&event);
    if (batch != nullptr) id = batch->finished.front().response_id.value_or("");
  }
  ASSERT_FALSE(id.empty());
  events.insert(events.end() - 1, StatisticsRead{.folder = "/logs", .responses = {{id, 3, {}}}});
  testing::WriteJournal(dir.path(), events);
  const absl::StatusOr<Results> results = ReadResults(dir.path());
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_TRUE(results->logged.has_value());
  EXPECT_EQ(results->logged->responses, 1u);
  EXPECT_EQ(results->logged->of_run, 1u);
}

TEST(JournalReplayTest, ATornTailIsLeftOutAndItsBytesCounted) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  std::ofstream(dir.File("journal.pb"), std::ios::binary | std::ios::app) << "\x40tail";
  const absl::StatusOr<JournalLoss> loss = Replay(dir.path());
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_EQ(loss->torn_bytes, 5u);
}

TEST(JournalReplayTest, WhatIsBehindADamagedStretchIsFoldedAndTheLossIsTheFirstReason) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  const uint64_t at = testing::DamageRecord(dir.File("journal.pb"), 2);  // a target
  RunFold fold;
  const absl::StatusOr<JournalLoss> loss = ReplayJournal(dir.path(), Accept, fold);
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_EQ(loss->damage.stretches, 1u);
  Results results = fold.Finish();
  EXPECT_EQ(results.conservation.sent, 2u);
  EXPECT_EQ(results.targets.size(), 1u);
  AddJournalLoss(*loss, results);
  ASSERT_FALSE(results.verdict.reasons.empty());
  EXPECT_EQ(results.verdict.reasons[0].code, ReasonCode::kJournalDamaged);
  EXPECT_EQ(
      results.verdict.reasons[0].text,
      absl::StrFormat("%d bytes lost: %d at byte %d", loss->damage.bytes, loss->damage.bytes, at));
  EXPECT_NE(results.verdict.state, VerdictState::kValid);
}

TEST(JournalReplayTest, AValidRunIsDegradedByDamageAndNotByATornTail) {
  Results results;
  AddJournalLoss({.torn_bytes = 9, .damage = {}}, results);
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
  EXPECT_TRUE(results.verdict.reasons.empty());
  JournalLoss loss;
  for (uint64_t i = 0; i < 10; ++i) loss.damage.AddStretch({.offset = 100 * i, .bytes = 7});
  AddJournalLoss(loss, results);
  EXPECT_EQ(results.verdict.state, VerdictState::kDegraded);
  EXPECT_THAT(results.verdict.reasons.at(0).text,
              AllOf(StartsWith("70 bytes lost: 7 at byte 0, 7 at byte 100, "),
                    HasSubstr("and 2 more stretches")));
}

TEST(JournalReplayTest, TheResultsOfAFolderAreThoseOfItsArtifacts) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  testing::DamageRecord(dir.File("journal.pb"), 2);
  const absl::StatusOr<Results> results = ReadResults(dir.path());
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
  const absl::StatusOr<Results> with_artifacts = WriteArtifacts(dir.path(), dir.path());
  ASSERT_TRUE(with_artifacts.ok()) << with_artifacts.status();
  EXPECT_EQ(SummaryJson(*results), SummaryJson(*with_artifacts));
  EXPECT_EQ(ReadResults("/nonexistent/run").status().code(), absl::StatusCode::kNotFound);
}

TEST(JournalReplayTest, ADamagedSpecIsDataLossAndTheByteIsNamed) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  EXPECT_EQ(testing::DamageRecord(dir.File("journal.pb"), 0), 0u);
  const absl::StatusOr<JournalLoss> loss = Replay(dir.path());
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(
      std::string(loss.status().message()),
      AllOf(HasSubstr("does not begin with a run's spec: damaged"), HasSubstr("at byte 0")));
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
  const absl::StatusOr<JournalLoss> loss = Replay("/nonexistent/run");
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(loss.status().message()), StartsWith("/nonexistent/run: no such run"));
}

TEST(JournalReplayTest, AFolderWithoutAJournalIsNotFound) {
  testing::TempDir dir;
  const absl::StatusOr<JournalLoss> loss = Replay(dir.path());
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(loss.status().message()), HasSubstr("journal.pb"));
}

TEST(JournalReplayTest, AJournalWithoutItsSpecIsDataLoss) {
  for (const std::vector<Event>& events :
       {std::vector<Event>{}, std::vector<Event>{Event(RunEnded{})}}) {
    testing::TempDir dir;
    testing::WriteJournal(dir.path(), events);
    const absl::StatusOr<JournalLoss> loss = Replay(dir.path());
    EXPECT_EQ(loss.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(loss.status().message()),
                HasSubstr("journal.pb: does not begin with a run's spec"));
  }
}

TEST(JournalReplayTest, TheErrorOfOnBegunEndsIt) {
  testing::TempDir dir;
  testing::WriteJournal(dir.path(), testing::SampleEvents());
  RunFold fold;
  const absl::StatusOr<JournalLoss> loss = ReplayJournal(
      dir.path(), [](const RunBegun&) { return absl::InternalError("full"); }, fold);
  EXPECT_EQ(loss.status(), absl::InternalError("full"));
}

}  // namespace
}  // namespace specctl
