#include "tools/specctl/standard_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <initializer_list>

#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

bool IsDevNull(int fd) {
  struct stat file {};
  struct stat null {};
  return ::fstat(fd, &file) == 0 && ::stat("/dev/null", &null) == 0 && S_ISCHR(file.st_mode) &&
         file.st_rdev == null.st_rdev;
}

// In a process of its own: closes `closed`, opens what is missing, and exits with 0 where a file
// opened then is none of the standard three and those that were closed are /dev/null.
[[noreturn]] void OpenAndExit(std::initializer_list<int> closed) {
  for (const int fd : closed) ::close(fd);
  bool right = OpenStandardFiles().ok();
  for (const int fd : closed) right = right && IsDevNull(fd);
  const int next = ::open("/", O_RDONLY | O_CLOEXEC);
  std::_Exit(right && next > STDERR_FILENO ? 0 : 1);
}

TEST(StandardFilesDeathTest, ClosedOnesBecomeDevNull) {
  EXPECT_EXIT(OpenAndExit({0}), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(OpenAndExit({1}), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(OpenAndExit({1, 2}), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(OpenAndExit({0, 2}), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(OpenAndExit({0, 1, 2}), ::testing::ExitedWithCode(0), "");
}

TEST(StandardFilesTest, OpenOnesAreLeftAsTheyAre) {
  struct stat before {};
  struct stat after {};
  ASSERT_EQ(::fstat(STDOUT_FILENO, &before), 0);
  EXPECT_TRUE(OpenStandardFiles().ok());
  ASSERT_EQ(::fstat(STDOUT_FILENO, &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(before.st_dev, after.st_dev);
}

}  // namespace
}  // namespace specctl::cli
