#include "common/report/output_file.h"

#include <filesystem>

#include <gmock/gmock.h>

#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(OutputFileTest, IsThereOnlyAfterCommit) {
  testing::TempDir dir;
  const std::string path = dir.File("a.txt");
  absl::StatusOr<OutputFile> file = OutputFile::Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  file->Append("hello ");
  file->Append("world\n");
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(testing::ReadAll(path), "hello world\n");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(OutputFileTest, WithoutCommitNothingStaysAndTheOldFileIsKept) {
  testing::TempDir dir;
  const std::string path = dir.File("a.txt");
  ASSERT_TRUE(WriteFile(path, "old").ok());
  {
    absl::StatusOr<OutputFile> file = OutputFile::Create(path);
    ASSERT_TRUE(file.ok());
    file->Append(std::string(200'000, 'x'));
  }
  EXPECT_EQ(testing::ReadAll(path), "old");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(OutputFileTest, MoreThanItsBufferArrivesWhole) {
  testing::TempDir dir;
  const std::string text(1'000'003, 'y');
  ASSERT_TRUE(WriteFile(dir.File("a.txt"), text).ok());
  EXPECT_EQ(testing::ReadAll(dir.File("a.txt")), text);
}

TEST(OutputFileTest, AMissingFolderIsNamed) {
  testing::TempDir dir;
  const absl::StatusOr<OutputFile> file = OutputFile::Create(dir.File("none/a.txt"));
  EXPECT_EQ(file.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(std::string(file.status().message()),
            dir.File("none/a.txt") + ": can't be written: No such file or directory");
}

// /dev/full takes every open and refuses every byte, as a full disk does.
TEST(OutputFileTest, AFullDiskIsNamedAtCommit) {
  testing::TempDir dir;
  std::filesystem::create_symlink("/dev/full", dir.File("a.txt.part"));
  absl::StatusOr<OutputFile> file = OutputFile::Create(dir.File("a.txt"));
  ASSERT_TRUE(file.ok()) << file.status();
  file->Append(std::string(100'000, 'x'));
  file->Append("more");
  const absl::Status done = file->Commit();
  EXPECT_EQ(done.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(done.message()), HasSubstr("a.txt: write failed: No space left"));
  EXPECT_FALSE(std::filesystem::exists(dir.File("a.txt")));
}

TEST(OutputFileTest, AFolderInItsPlaceIsNamedAtCommit) {
  testing::TempDir dir;
  std::filesystem::create_directories(dir.File("a.txt/b"));
  const absl::Status done = WriteFile(dir.File("a.txt"), "x");
  EXPECT_EQ(done.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(done.message()), HasSubstr("a.txt: rename failed"));
  EXPECT_FALSE(std::filesystem::exists(dir.File("a.txt.part")));
}

}  // namespace
}  // namespace specctl
