#include "tools/specctl/run_folder.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Works in a folder of its own.
class RunFolderTest : public ::testing::Test {
 protected:
  RunFolderTest() : before_(fs::current_path()) { fs::current_path(dir_.path()); }
  ~RunFolderTest() override { fs::current_path(before_); }

  static void MakeRun(const fs::path& folder, const std::string& id) {
    fs::create_directories(folder);
    std::ofstream(folder / "journal.pb") << "x";
    std::ofstream(folder / "run.json") << "{\"run_id\": \"" << id << "\"}";
  }

  testing::TempDir dir_;
  const fs::path before_;
};

TEST_F(RunFolderTest, AFolderIsItself) {
  MakeRun("runs/a", "a");
  EXPECT_EQ(*FindRun("runs/a"), "runs/a");
  EXPECT_EQ(*FindRun("runs"), "runs");
}

TEST_F(RunFolderTest, AnIdIsFoundInRuns) {
  MakeRun("runs/20261129-123916-a5a0", "20261129-123916-a5a0");
  EXPECT_EQ(*FindRun("20261129-123916-a5a0"), "runs/20261129-123916-a5a0");
}

TEST_F(RunFolderTest, AndInAFolderOfAnotherName) {
  MakeRun("out", "20261129-123916-a5a0");
  MakeRun("runs/mine", "20261129-123919-5c4a");
  EXPECT_EQ(*FindRun("20261129-123916-a5a0"), "out");
  EXPECT_EQ(*FindRun("20261129-123919-5c4a"), "runs/mine");
}

TEST_F(RunFolderTest, WhatIsNoneIsToldWithTheLastRuns) {
  for (const char* id : {"a", "b", "c", "d"}) MakeRun(fs::path("runs") / id, id);
  const auto found = FindRun("x");
  EXPECT_EQ(found.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(found.status().message()),
              HasSubstr("x: no such run: neither a folder nor the id of a run here or in runs/; "
                        "the latest are runs/b, runs/c, runs/d"));
}

TEST_F(RunFolderTest, FilesThatAreNoRunsArePassedOver) {
  fs::create_directories("runs/odd");
  std::ofstream("runs/odd/journal.pb") << "x";
  std::ofstream("runs/odd/run.json") << "[not json";
  EXPECT_EQ(FindRun("x").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace specctl::cli
