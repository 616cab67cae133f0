#include "tools/specctl/sweep_copy.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/journal/journal_writer.h"
#include "common/planning/sweep_json.h"
#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;
using specctl::testing::ReadAll;
using specctl::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::Pair;

class SweepCopyTest : public ::testing::Test {
 protected:
  SweepCopyTest() {
    fs::create_directories(Folder());
    sweep_.id = "the-sweep";
    sweep_.targets = {{.name = "off", .urls = {"http://a:1"}}};
    sweep_.datasets = {{.name = "d"}};
    for (const double bs : {1.0, 4.0}) {
      sweep_.points.push_back({.key = {.target = "off", .load = {.level = bs}, .dataset = "d"}});
    }
    JournalScript script({.bs = 1});
    script.spec().run_id = "run-1";
    script.Begin({.at_ms = 10}).Chunks(20, 20, 40, 2).Ok(900);
    auto journal = JournalWriter::Create(dir_.File("journal.pb"));
    EXPECT_TRUE(journal.ok()) << journal.status();
    for (const Event& event : script.Events()) journal->AppendEvent(event);
    EXPECT_TRUE(journal->Sync().ok());
    journal_ = ReadAll(dir_.File("journal.pb"));
  }

  std::string Folder() const { return dir_.File("S"); }
  SweepCopy Open() const {
    auto files = controller::SweepFolder::Open(Folder());
    EXPECT_TRUE(files.ok()) << files.status();
    return SweepCopy(*std::move(files));
  }
  static absl::Status TakeJournal(SweepCopy& copy, const std::string& path, uint64_t offset,
                                  std::string_view bytes) {
    return copy.Take({.path = path, .offset = offset, .data = bytes});
  }
  // In parts of that size.
  absl::Status TakeSweep(SweepCopy& copy, size_t each = 100) const {
    const std::string text = SweepJson(sweep_);
    for (size_t at = 0; at < text.size(); at += each) {
      const absl::Status taken = copy.Take({.path = kSweepFile,
                                            .offset = at,
                                            .whole_bytes = text.size(),
                                            .data = std::string_view(text).substr(at, each)});
      if (!taken.ok()) return taken;
    }
    return absl::OkStatus();
  }
  void BeginPoint(size_t point, const std::string& run_id) {
    sweep_.points[point].run_id = run_id;
    sweep_.points[point].folder = "runs/" + run_id;
  }

  const TempDir dir_;
  Sweep sweep_;
  std::string journal_;
};

TEST_F(SweepCopyTest, ARunThatIsOverHasItsArtifacts) {
  SweepCopy copy = Open();
  BeginPoint(0, "run-1");
  ASSERT_TRUE(TakeJournal(copy, "runs/run-1/journal.pb", 0, journal_.substr(0, 100)).ok());
  ASSERT_TRUE(TakeSweep(copy).ok());
  EXPECT_FALSE(fs::exists(Folder() + "/runs/run-1/summary.json")) << "it is on";
  ASSERT_TRUE(TakeJournal(copy, "runs/run-1/journal.pb", 100, journal_.substr(100)).ok());
  sweep_.points[0].state = PointState::kDone;
  ASSERT_TRUE(TakeSweep(copy, 7).ok());
  EXPECT_EQ(ReadAll(Folder() + "/runs/run-1/journal.pb"), journal_);
  EXPECT_TRUE(fs::exists(Folder() + "/runs/run-1/summary.json"));
  EXPECT_TRUE(fs::exists(Folder() + "/pareto.csv"));
  EXPECT_EQ(ReadAll(Folder() + "/sweep.json"), SweepJson(sweep_));
  ASSERT_TRUE(copy.sweep().has_value());
  EXPECT_EQ(copy.sweep()->points[0].state, PointState::kDone);
}

TEST_F(SweepCopyTest, WhatIsHereIsNotAskedForAgain) {
  {
    SweepCopy copy = Open();
    ASSERT_TRUE(TakeJournal(copy, "runs/run-1/journal.pb", 0, journal_.substr(0, 100)).ok());
    // Half a sweep.json is asked for as a whole.
    const std::string text = SweepJson(sweep_);
    ASSERT_TRUE(
        copy.Take({.path = kSweepFile, .whole_bytes = text.size(), .data = text.substr(0, 9)})
            .ok());
  }
  SweepCopy copy = Open();
  const auto held = copy.Held();
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_THAT(*held, ElementsAre(Pair("runs/run-1/journal.pb", 100)));
  ASSERT_TRUE(TakeJournal(copy, "runs/run-1/journal.pb", 100, journal_.substr(100)).ok());
  EXPECT_EQ(ReadAll(Folder() + "/runs/run-1/journal.pb"), journal_);
  EXPECT_EQ(TakeJournal(copy, "runs/run-1/journal.pb", 3, "xyz").code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(SweepCopyTest, ARunThatWasBrokenOffIsSetAside) {
  SweepCopy copy = Open();
  BeginPoint(0, "run-1");
  ASSERT_TRUE(TakeJournal(copy, "runs/run-1/journal.pb", 0, journal_.substr(0, 100)).ok());
  ASSERT_TRUE(TakeSweep(copy).ok());
  EXPECT_TRUE(fs::exists(Folder() + "/runs/run-1"));
  BeginPoint(0, "run-2");
  ASSERT_TRUE(TakeSweep(copy).ok());
  EXPECT_FALSE(fs::exists(Folder() + "/runs/run-1"));
  EXPECT_TRUE(fs::exists(Folder() + "/partial/run-1/journal.pb"));
}

TEST_F(SweepCopyTest, NothingIsWrittenOutsideTheFolder) {
  SweepCopy copy = Open();
  for (const char* path :
       {"journal.pb", "../journal.pb", "runs/../../x/journal.pb", "runs/../journal.pb",
        "runs//journal.pb", "/runs/a/journal.pb", "runs/a/summary.json", "runs/journal.pb", ""}) {
    EXPECT_EQ(TakeJournal(copy, path, 0, journal_).code(), absl::StatusCode::kDataLoss) << path;
  }
  BeginPoint(0, "run-1");
  sweep_.points[0].folder = "../../etc";
  EXPECT_FALSE(TakeSweep(copy).ok());
  EXPECT_FALSE(copy.sweep().has_value());
  EXPECT_TRUE(fs::is_empty(Folder()));
}

TEST_F(SweepCopyTest, PartsThatDoNotFollowOneAnotherAreRefused) {
  SweepCopy copy = Open();
  EXPECT_EQ(copy.Take({.path = kSweepFile, .offset = 5, .whole_bytes = 10, .data = "x"}).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(copy.Take({.path = kSweepFile, .whole_bytes = 2, .data = "xyz"}).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(copy.Take({.path = kSweepFile, .whole_bytes = 1ull << 40, .data = "x"}).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace specctl::cli
