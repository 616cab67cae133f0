#include "common/sweep/measured_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/planning/point_measurement.h"
#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

class MeasuredFolderTest : public ::testing::Test {
 protected:
  // Without the run's end where it is to be cut off.
  void WriteRun(uint64_t seed, bool ends) {
    std::filesystem::remove(dir_.File("journal.pb"));
    auto journal = JournalWriter::Create(dir_.File("journal.pb"));
    ASSERT_TRUE(journal.ok()) << journal.status();
    for (const Event& event : SteadyScript({.seed = seed}).Events()) {
      if (ends || !std::holds_alternative<RunEnded>(event)) journal->AppendEvent(event);
    }
    ASSERT_TRUE(journal->Sync().ok());
  }
  std::string Cache() const { return dir_.File(std::string(kMeasurementFile)); }

  const TempDir dir_;
};

TEST_F(MeasuredFolderTest, FoldsTheJournalOnceAndKeepsItBesideIt) {
  WriteRun(1, true);
  const auto folded = MeasureFolder(dir_.path(), "");
  ASSERT_TRUE(folded.ok()) << folded.status();
  EXPECT_EQ(folded->cut_short, "");
  EXPECT_EQ(folded->run_id, "steady-1-20");
  EXPECT_EQ(folded->key.journal_bytes, std::filesystem::file_size(dir_.File("journal.pb")));
  EXPECT_EQ(folded->key.fold_version, kPointFoldVersion);
  ASSERT_TRUE(std::filesystem::exists(Cache()));
  const auto kept = MeasureFolder(dir_.path(), "steady-1-20");
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->key, folded->key);
  EXPECT_EQ(FindMeasured(kept->measured.figures, "output_tps")->Find("value")->measured.value,
            FindMeasured(folded->measured.figures, "output_tps")->Find("value")->measured.value);
}

// A value that no fold would give shows who was asked.
TEST_F(MeasuredFolderTest, WhatIsKeptIsUsedForThisJournalAndThisRunAlone) {
  WriteRun(1, true);
  ASSERT_TRUE(MeasureFolder(dir_.path(), "").ok());
  std::string text;
  {
    std::ifstream file(Cache());
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const size_t at = text.find("\"hold_s\":");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string("\"hold_s\":").size(), "\"hold_s\":777");
  std::ofstream(Cache()) << text;
  EXPECT_GT(MeasureFolder(dir_.path(), "")->measured.hold_s, 7000) << "kept";
  EXPECT_LT(MeasureFolder(dir_.path(), "another")->measured.hold_s, 100) << "another run's";
  std::ofstream(Cache()) << text;
  WriteRun(2, true);
  EXPECT_LT(MeasureFolder(dir_.path(), "")->measured.hold_s, 100) << "another journal's";
  std::ofstream(Cache()) << "{\"schema_version\":1";
  EXPECT_TRUE(MeasureFolder(dir_.path(), "").ok()) << "half a file is made anew";
}

TEST_F(MeasuredFolderTest, ARunThatWasCutOffSaysSoAndIsNotKept) {
  WriteRun(1, false);
  const auto folded = MeasureFolder(dir_.path(), "");
  ASSERT_TRUE(folded.ok()) << folded.status();
  EXPECT_THAT(folded->cut_short, ::testing::HasSubstr("has no end"));
  EXPECT_FALSE(std::filesystem::exists(Cache()));
}

TEST_F(MeasuredFolderTest, TheKeyChangesWithLengthAndLastRecord) {
  WriteRun(1, true);
  const FoldKey before = *KeyOfJournal(dir_.File("journal.pb"));
  WriteRun(1, false);
  const FoldKey shorter = *KeyOfJournal(dir_.File("journal.pb"));
  EXPECT_LT(shorter.journal_bytes, before.journal_bytes);
  EXPECT_NE(shorter.last_record_crc32c, before.last_record_crc32c);
  std::ofstream(dir_.File("journal.pb"), std::ios::app) << "torn";
  EXPECT_EQ(KeyOfJournal(dir_.File("journal.pb"))->last_record_crc32c, shorter.last_record_crc32c);
  EXPECT_NE(*KeyOfJournal(dir_.File("journal.pb")), shorter);
}

TEST_F(MeasuredFolderTest, WithoutAJournalThereIsNothing) {
  EXPECT_TRUE(absl::IsNotFound(MeasureFolder(dir_.path(), "").status()));
  std::ofstream(dir_.File("journal.pb")) << "no journal";
  EXPECT_TRUE(absl::IsDataLoss(MeasureFolder(dir_.path(), "").status()));
}

}  // namespace
}  // namespace specctl::testing
