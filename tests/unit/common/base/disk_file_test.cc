#include "common/base/disk_file.h"

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using testing::ReadAll;
using testing::TempDir;

// No file may grow beyond `bytes`: it ends a write as a full disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(DiskFileTest, WhatIsAppendedIsInTheFileAndReadBack) {
  const TempDir dir;
  auto file = DiskFile::Create(dir.File("f"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append("abc").ok());
  EXPECT_TRUE((*file)->Append("defg").ok());
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_EQ((*file)->size(), 7u);
  EXPECT_EQ(*(*file)->ReadExtent({.offset = 2, .size = 3}), "cde");
  EXPECT_EQ(ReadAll(dir.File("f")), "abcdefg");
  EXPECT_EQ((*file)->name(), dir.File("f"));
}

TEST(DiskFileTest, AnExistingFileIsLeftAsItIs) {
  const TempDir dir;
  ASSERT_TRUE((*DiskFile::Create(dir.File("f")))->Append("abc").ok());
  const auto again = DiskFile::Create(dir.File("f"));
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(again.status().message(), dir.File("f") + ": create: File exists");
  EXPECT_EQ(ReadAll(dir.File("f")), "abc");
}

TEST(DiskFileTest, AFolderThatIsNotThereIsNamed) {
  EXPECT_EQ(DiskFile::Create("/no/such/f").status(),
            absl::InternalError("/no/such/f: create: No such file or directory"));
  EXPECT_EQ(DiskFile::CreateUnnamed("/no/such").status(),
            absl::InternalError("file in /no/such: create: No such file or directory"));
}

TEST(DiskFileTest, ReopenedItGoesOnBehindWhatIsKept) {
  const TempDir dir;
  ASSERT_TRUE((*DiskFile::Create(dir.File("f")))->Append("abcdefg").ok());
  auto file = DiskFile::Reopen(dir.File("f"), 4);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(ReadAll(dir.File("f")), "abcd") << "the rest is cut off";
  EXPECT_EQ((*file)->size(), 4u);
  EXPECT_EQ((*file)->name(), dir.File("f"));
  EXPECT_EQ(*(*file)->ReadExtent({.offset = 1, .size = 3}), "bcd");
  EXPECT_FALSE((*file)->ReadExtent({.offset = 1, .size = 4}).ok());
  EXPECT_TRUE((*file)->Append("xy").ok());
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_EQ(ReadAll(dir.File("f")), "abcdxy");
}

TEST(DiskFileTest, ReopenedWholeNothingIsLost) {
  const TempDir dir;
  ASSERT_TRUE((*DiskFile::Create(dir.File("f")))->Append("abc").ok());
  auto file = DiskFile::Reopen(dir.File("f"), 3);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append("d").ok());
  EXPECT_EQ(ReadAll(dir.File("f")), "abcd");
  file = DiskFile::Reopen(dir.File("f"), 0);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(ReadAll(dir.File("f")), "");
}

TEST(DiskFileTest, WhatIsNotThereIsNotReopened) {
  const TempDir dir;
  EXPECT_EQ(DiskFile::Reopen(dir.File("f"), 0).status(),
            absl::NotFoundError(dir.File("f") + ": open: No such file or directory"));
  EXPECT_FALSE(std::filesystem::exists(dir.File("f")));
  EXPECT_EQ(DiskFile::Reopen(dir.path(), 0).status().code(), absl::StatusCode::kInternal);
}

TEST(DiskFileTest, AnUnnamedFileIsSeenByNobody) {
  const TempDir dir;
  auto file = DiskFile::CreateUnnamed(dir.path());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append("abc").ok());
  EXPECT_EQ(*(*file)->ReadExtent({.offset = 0, .size = 3}), "abc");
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(DiskFileTest, AnAppendThatFailsInItsMidstIsWrittenOver) {
  const TempDir dir;
  auto file = DiskFile::Create(dir.File("f"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append("abc").ok());
  {
    const FileSizeLimit limit(5);
    const absl::Status full = (*file)->Append("xxxx");
    EXPECT_EQ(full, absl::ResourceExhaustedError(dir.File("f") + ": write: File too large"));
  }
  EXPECT_EQ(ReadAll(dir.File("f")), "abcxx") << "the disk took a part of it";
  EXPECT_EQ((*file)->size(), 3u);
  EXPECT_FALSE((*file)->ReadExtent({.offset = 3, .size = 1}).ok()) << "which is not read back";
  EXPECT_TRUE((*file)->Append("defg").ok());
  EXPECT_EQ(ReadAll(dir.File("f")), "abcdefg");
}

TEST(DiskFileTest, ClearedItBeginsAnew) {
  const TempDir dir;
  auto file = DiskFile::Create(dir.File("f"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append("abc").ok());
  EXPECT_TRUE((*file)->Clear().ok());
  EXPECT_EQ((*file)->size(), 0u);
  EXPECT_EQ(std::filesystem::file_size(dir.File("f")), 0u);
  EXPECT_TRUE((*file)->Append("d").ok());
  EXPECT_EQ(ReadAll(dir.File("f")), "d");
}

TEST(DiskFileTest, MoreThanItHoldsIsNotRead) {
  const TempDir dir;
  auto file = DiskFile::Create(dir.File("f"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append("abc").ok());
  for (const AppendFile::Extent beyond : {AppendFile::Extent{.offset = 1, .size = 3},
                                          {.offset = 4, .size = 0},
                                          {.offset = ~uint64_t{0}, .size = 2}}) {
    EXPECT_THAT(std::string((*file)->ReadExtent(beyond).status().message()),
                HasSubstr("cut short"));
  }
  // Cut by somebody else.
  std::filesystem::resize_file(dir.File("f"), 1);
  EXPECT_EQ((*file)->ReadExtent({.offset = 0, .size = 3}).status(),
            absl::InternalError(dir.File("f") + ": cut short"));
}

}  // namespace
}  // namespace specctl
