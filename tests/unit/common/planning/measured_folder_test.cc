#include "common/planning/measured_folder.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

class MeasuredFolderTest : public ::testing::Test {
 protected:
  void SetUp() override { WriteJournal(1); }
  void WriteJournal(uint64_t seed) {
    std::filesystem::remove(run_dir() + "/journal.pb");
    auto writer = JournalWriter::Create(run_dir() + "/journal.pb");
    ASSERT_TRUE(writer.ok());
    const JournalScript script = SteadyScript({.seed = seed});
    for (const Event& event : script.Events()) writer->AppendEvent(event);
    ASSERT_TRUE(writer->Sync().ok());
  }
  std::string run_dir() const { return dir_.path(); }

  TempDir dir_;
};

TEST_F(MeasuredFolderTest, TheSecondTimeComesFromTheCache) {
  const auto first = MeasureFolder(run_dir());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->from_cache);
  EXPECT_EQ(first->run_id, "steady-1-20");
  const auto second = MeasureFolder(run_dir());
  EXPECT_TRUE(second->from_cache);
  EXPECT_EQ(second->fold, first->fold);
  EXPECT_EQ(second->measured.setup, first->measured.setup);
  ASSERT_EQ(second->measured.figures.size(), first->measured.figures.size());
  for (size_t i = 0; i < first->measured.figures.size(); ++i) {
    const MeasuredFigure &a = first->measured.figures[i], &b = second->measured.figures[i];
    EXPECT_EQ(a.figure, b.figure);
    EXPECT_EQ(a.statistics.front().measured.Low(kZ95), b.statistics.front().measured.Low(kZ95));
  }
}

TEST_F(MeasuredFolderTest, AnotherJournalIsFoldedAnew) {
  ASSERT_TRUE(MeasureFolder(run_dir()).ok());
  const FoldKey before = *FoldKeyOf(run_dir());
  EXPECT_TRUE(IsCurrent(before, run_dir()));
  WriteJournal(2);
  EXPECT_FALSE(IsCurrent(before, run_dir()));
  EXPECT_FALSE(MeasureFolder(run_dir())->from_cache);
}

TEST_F(MeasuredFolderTest, ADamagedCacheIsMadeAnew) {
  ASSERT_TRUE(MeasureFolder(run_dir()).ok());
  std::ofstream(run_dir() + "/plan_figures.json") << "{";
  EXPECT_FALSE(MeasureFolder(run_dir())->from_cache);
  EXPECT_TRUE(MeasureFolder(run_dir())->from_cache);
}

TEST_F(MeasuredFolderTest, AnotherFoldVersionIsNotCurrent) {
  FoldKey key = *FoldKeyOf(run_dir());
  ++key.fold_version;
  EXPECT_FALSE(IsCurrent(key, run_dir()));
}

TEST_F(MeasuredFolderTest, WithoutAJournalThereIsNothing) {
  EXPECT_FALSE(HasJournal("/nowhere"));
  EXPECT_EQ(MeasureFolder("/nowhere").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FoldKeyOf("/nowhere").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace specctl::testing
