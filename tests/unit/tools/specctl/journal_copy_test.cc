#include "tools/specctl/journal_copy.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/journal/journal_writer.h"
#include "common/journal/record_frame.h"
#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

using specctl::testing::ReadAll;
using specctl::testing::TempDir;
using ::testing::HasSubstr;

// A run of two requests, and its journal's bytes.
class JournalCopyTest : public ::testing::Test {
 protected:
  JournalCopyTest() {
    JournalScript script({.bs = 2, .duration_ms = 2'000});
    script.spec().run_id = "run-1";
    script.Begin({.slot = 0, .at_ms = 10}).Chunks(20, 20, 40, 2).Ok(900);
    script.Begin({.slot = 1, .at_ms = 15}).Chunks(30, 30, 40, 3).Ok(1'500);
    events_ = script.Events();
    auto journal = JournalWriter::Create(dir_.File("journal.pb"));
    EXPECT_TRUE(journal.ok()) << journal.status();
    for (const Event& event : events_) journal->AppendEvent(event);
    EXPECT_TRUE(journal->Sync().ok());
    bytes_ = ReadAll(dir_.File("journal.pb"));
  }

  std::string Path() const { return dir_.File("copy.pb"); }
  JournalCopy Open() const {
    auto copy = JournalCopy::Open(Path());
    EXPECT_TRUE(copy.ok()) << copy.status();
    return *std::move(copy);
  }
  // The bytes from `from` to `to`, in pieces of `each`.
  void Feed(JournalCopy& copy, size_t from, size_t to, size_t each) const {
    for (size_t at = from; at < to; at += each) {
      const absl::Status added =
          copy.AddBytes(at, std::string_view(bytes_).substr(at, std::min(each, to - at)));
      ASSERT_TRUE(added.ok()) << added << " at " << at;
    }
  }
  // It shows what the journal's own fold does.
  void ExpectWhole(JournalCopy& copy) const {
    RunFold fold;
    for (const Event& event : events_) ASSERT_TRUE(fold.Apply(event).ok());
    const LiveFigures whole = fold.Live();
    ASSERT_EQ(whole.done, 2u);
    ASSERT_NE(copy.begun(), nullptr);
    EXPECT_EQ(copy.begun()->spec.run_id, "run-1");
    const controller::RunSnapshot shown = copy.Snapshot();
    EXPECT_EQ(shown.run_id, "run-1");
    EXPECT_EQ(shown.figures.stage, whole.stage);
    EXPECT_EQ(shown.figures.done, whole.done);
    EXPECT_EQ(shown.figures.failed, whole.failed);
    EXPECT_EQ(shown.figures.in_flight, whole.in_flight);
    EXPECT_EQ(shown.figures.elapsed_s, whole.elapsed_s);
    EXPECT_EQ(shown.figures.output_tps_by_second, whole.output_tps_by_second);
    ASSERT_EQ(shown.figures.recent.has_value(), whole.recent.has_value());
    EXPECT_EQ(shown.figures.recent.value_or(WindowValues()).ttft_p99_ms,
              whole.recent.value_or(WindowValues()).ttft_p99_ms);
    EXPECT_EQ(shown.figures.verdict.state, whole.verdict.state);
    EXPECT_DOUBLE_EQ(*shown.duration_left_s, 2 - whole.elapsed_s);
    EXPECT_EQ(copy.bytes(), bytes_.size());
    EXPECT_EQ(ReadAll(Path()), bytes_);
  }

  const TempDir dir_;
  std::vector<Event> events_;
  std::string bytes_;
};

TEST_F(JournalCopyTest, EverySplitGivesTheSameFold) {
  for (const size_t each : {size_t{1}, size_t{2}, size_t{7}, size_t{1'000}, bytes_.size()}) {
    JournalCopy copy = Open();
    EXPECT_EQ(copy.bytes(), 0u);
    EXPECT_EQ(copy.begun(), nullptr);
    Feed(copy, 0, bytes_.size(), each);
    ExpectWhole(copy);
    std::filesystem::remove(Path());
  }
}

TEST_F(JournalCopyTest, TheRunHasBegunWithItsFirstWholeRecord) {
  JournalCopy copy = Open();
  const size_t first = kRecordHeadBytes + ReadRecordHead(bytes_).length;
  Feed(copy, 0, first - 1, 1);
  EXPECT_EQ(copy.begun(), nullptr);
  Feed(copy, first - 1, first, 1);
  ASSERT_NE(copy.begun(), nullptr);
  EXPECT_EQ(copy.begun()->spec.run_id, "run-1");
  EXPECT_EQ(copy.Snapshot().figures.stage, LiveStage::kPreparing);
}

TEST_F(JournalCopyTest, ItGoesOnWithWhatIsInItsFile) {
  for (const size_t cut : {size_t{0}, size_t{3}, kRecordHeadBytes, bytes_.size() / 3,
                           bytes_.size() / 2, bytes_.size() - 1, bytes_.size()}) {
    {
      JournalCopy copy = Open();
      Feed(copy, 0, cut, 100);
    }
    JournalCopy copy = Open();
    EXPECT_EQ(copy.bytes(), cut) << "also where it ends within a record";
    Feed(copy, cut, bytes_.size(), 100);
    ExpectWhole(copy);
    std::filesystem::remove(Path());
  }
}

TEST_F(JournalCopyTest, BytesThatDoNotFollowAreRefusedAndChangeNothing) {
  JournalCopy copy = Open();
  Feed(copy, 0, 50, 50);
  for (const uint64_t offset : {uint64_t{0}, uint64_t{49}, uint64_t{51}, uint64_t{1} << 40}) {
    EXPECT_EQ(copy.AddBytes(offset, "x"),
              absl::DataLossError(Path() + ": has 50 bytes, and byte " + std::to_string(offset) +
                                  " is what came next"));
  }
  Feed(copy, 50, bytes_.size(), 50);
  ExpectWhole(copy);
}

TEST_F(JournalCopyTest, ADamagedRecordIsRefused) {
  std::string damaged = bytes_;
  damaged[kRecordHeadBytes + 5] ^= 0x40;
  JournalCopy copy = Open();
  EXPECT_EQ(copy.AddBytes(0, damaged), absl::DataLossError(Path() + ": a damaged record"));
  EXPECT_EQ(JournalCopy::Open(Path()).status(), absl::DataLossError(Path() + ": a damaged record"));
}

TEST_F(JournalCopyTest, ALengthThatIsNoneIsNotWaitedFor) {
  std::string damaged = bytes_;
  damaged[3] = '\x7f';  // of 2 GiB
  JournalCopy copy = Open();
  EXPECT_EQ(copy.AddBytes(0, damaged).code(), absl::StatusCode::kDataLoss);
}

TEST_F(JournalCopyTest, ZerosAreNoRecord) {
  JournalCopy copy = Open();
  Feed(copy, 0, bytes_.size(), 1'000);
  EXPECT_EQ(copy.AddBytes(bytes_.size(), std::string(64, '\0')).code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(JournalCopyTest, ARecordOfAnotherVersionIsRefused) {
  std::string newer;
  AppendRecord("\xfa\x07\x01x", newer);  // an event of a kind that is not known
  JournalCopy copy = Open();
  const absl::Status status = copy.AddBytes(0, newer);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("does not know"));
}

TEST_F(JournalCopyTest, AFileThatCannotBeMadeIsNamed) {
  const absl::Status status = JournalCopy::Open(dir_.File("none/copy.pb")).status();
  EXPECT_EQ(status, absl::InternalError(dir_.File("none/copy.pb") +
                                        ": can't be opened: No such file or directory"));
}

}  // namespace
}  // namespace specctl::cli
