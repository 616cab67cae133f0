#include "controller/sweep/sweep_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/common/report/temp_dir.h"
#include "tests/unit/controller/sweep/sweep_job_of.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(SweepFolderTest, OneProcessAtATimeHasIt) {
  const specctl::testing::TempDir dir;
  const auto first = SweepFolder::Open(dir.path());
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = SweepFolder::Open(dir.path());
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("another specctl sweep is at work"));
}

TEST(SweepFolderTest, WhatIsSavedIsRead) {
  const specctl::testing::TempDir dir;
  const auto folder = SweepFolder::Open(dir.path());
  ASSERT_TRUE(folder->Save(SmallSweep()).ok());
  const auto read = SweepFolder::Read(dir.path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, "the-sweep");
  EXPECT_EQ(read->points.size(), 2u);
  ASSERT_TRUE(folder->SaveCurves(SmallSweep()).ok());
  EXPECT_TRUE(fs::exists(dir.File("pareto.csv")));
  EXPECT_TRUE(fs::exists(dir.File("pareto.svg")));
}

TEST(SweepFolderTest, AFolderWithoutASweepIsNone) {
  const specctl::testing::TempDir dir;
  EXPECT_THAT(std::string(SweepFolder::Read(dir.path()).status().message()),
              HasSubstr("no sweep is in this folder"));
}

TEST(SweepFolderTest, WhatWasCutOffIsSetAside) {
  const specctl::testing::TempDir dir;
  const auto folder = SweepFolder::Open(dir.path());
  ASSERT_TRUE(folder->MakeRunFolder("a").ok());
  std::ofstream(dir.File("runs/a/journal.pb")) << "x";
  ASSERT_TRUE(folder->SetAside(SweepFolder::RunFolder("a")).ok());
  EXPECT_FALSE(fs::exists(dir.File("runs/a")));
  EXPECT_TRUE(fs::exists(dir.File("partial/a/journal.pb")));
  EXPECT_TRUE(folder->SetAside(SweepFolder::RunFolder("never")).ok());
}

}  // namespace
}  // namespace specctl::controller
