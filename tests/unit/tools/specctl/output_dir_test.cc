#include "tools/specctl/output_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

class OutputDirTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "output-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(OutputDirTest, ANewFolderIsMadeWithItsParentsAndLeftEmpty) {
  const auto dir = folder_ / "a" / "b";
  const auto made = OutputDir::Prepare(dir.string());
  EXPECT_TRUE(made.ok());
  EXPECT_TRUE(std::filesystem::is_empty(dir));
  EXPECT_TRUE(OutputDir::Prepare(dir.string()).ok());
  EXPECT_TRUE(std::filesystem::exists(dir)) << "made by the first, which lives";
}

TEST_F(OutputDirTest, WhatItMadeGoesWhereNothingWasWritten) {
  EXPECT_TRUE(OutputDir::Prepare((folder_ / "runs" / "id").string()).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  EXPECT_TRUE(OutputDir::Prepare(folder_.string()).ok());
  EXPECT_TRUE(std::filesystem::exists(folder_)) << "it was there before";
}

TEST_F(OutputDirTest, WhatWasWrittenStays) {
  const auto dir = folder_ / "runs" / "id";
  {
    const auto made = OutputDir::Prepare(dir.string());
    ASSERT_TRUE(made.ok());
    std::ofstream(dir / "journal.pb") << "x";
  }
  EXPECT_TRUE(std::filesystem::exists(dir / "journal.pb"));
}

TEST_F(OutputDirTest, AFolderWithSomethingInItIsRefused) {
  std::ofstream(folder_ / "mine") << "x";
  const absl::Status status = OutputDir::Prepare(folder_.string()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--output-dir " + folder_.string()));
  EXPECT_THAT(std::string(status.message()), HasSubstr("not empty"));
}

TEST_F(OutputDirTest, APlaceThatCannotBeAFolderIsRefused) {
  EXPECT_THAT(std::string(OutputDir::Prepare("/proc/nowhere").status().message()),
              HasSubstr("can't be created"));
  std::ofstream(folder_ / "file") << "x";
  EXPECT_FALSE(OutputDir::Prepare((folder_ / "file").string()).ok());
}

}  // namespace
}  // namespace specctl::cli
