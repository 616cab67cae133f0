#include "tools/specctl/temporary_folder.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include <gtest/gtest.h>

#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;
using specctl::testing::TempDir;
using std::chrono::hours;

class TemporaryFolderTest : public ::testing::Test {
 protected:
  TemporaryFolderTest() {
    if (const char* const before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", dir_.File("").c_str(), 1);
  }
  ~TemporaryFolderTest() override {
    if (before_) {
      ::setenv("TMPDIR", before_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }
  // A folder with a file in it that was made so long ago.
  std::string Left(const std::string& name, hours ago) {
    const std::string path = dir_.File(name);
    fs::create_directory(path);
    std::ofstream(path + "/key") << "secret";
    fs::permissions(path, fs::perms::owner_all);
    fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
    return path;
  }

  const TempDir dir_;
  std::optional<std::string> before_;
};

TEST_F(TemporaryFolderTest, GoesWithItsObject) {
  std::string path;
  {
    auto folder = TemporaryFolder::Make("x");
    ASSERT_TRUE(folder.ok()) << folder.status();
    const TemporaryFolder moved = *std::move(folder);
    path = moved.path();
    EXPECT_TRUE(path.starts_with(dir_.File("x-")));
    std::ofstream(path + "/file") << "text";
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemporaryFolderTest, WhatAKilledProcessLeftIsRemoved) {
  const std::string left = Left("x-123456", hours(2));
  const std::string young = Left("x-234567", hours(0));
  const std::string others = Left("y-123456", hours(2));
  const std::string of_the_user = Left("x-results", hours(2));
  const std::string open = Left("x-345678", hours(2));
  fs::permissions(open, fs::perms::owner_all | fs::perms::group_read);
  const auto folder = TemporaryFolder::Make("x");
  EXPECT_FALSE(fs::exists(left));
  for (const std::string& stays : {young, others, of_the_user, open}) {
    EXPECT_TRUE(fs::exists(stays + "/key")) << stays;
  }
}

TEST_F(TemporaryFolderTest, OneThatIsInUseStays) {
  const auto first = TemporaryFolder::Make("x");
  ASSERT_TRUE(first.ok());
  fs::last_write_time(first->path(), fs::file_time_type::clock::now() - hours(2));
  const auto second = TemporaryFolder::Make("x");
  EXPECT_TRUE(fs::exists(first->path()));
}

TEST_F(TemporaryFolderTest, ALinkIsNotFollowed) {
  const std::string elsewhere = Left("elsewhere", hours(2));
  const std::string link = dir_.File("x-a_link");
  fs::create_directory_symlink(elsewhere, link);
  const auto folder = TemporaryFolder::Make("x");
  EXPECT_TRUE(fs::exists(elsewhere + "/key"));
  EXPECT_TRUE(fs::is_symlink(link));
}

TEST_F(TemporaryFolderTest, WhereItCantBeMadeItIsNamed) {
  ::setenv("TMPDIR", dir_.File("none").c_str(), 1);
  const auto folder = TemporaryFolder::Make("x");
  EXPECT_EQ(folder.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace specctl::cli
