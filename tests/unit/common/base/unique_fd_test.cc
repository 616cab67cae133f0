#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include <gtest/gtest.h>

namespace specctl {
namespace {

bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
UniqueFd Open() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST(UniqueFdTest, ItClosesWhatItOwnsOnce) {
  int number = -1;
  {
    UniqueFd fd = Open();
    number = fd.get();
    const UniqueFd taken = std::move(fd);
    EXPECT_EQ(fd.get(), -1);
    EXPECT_TRUE(IsOpen(number));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(UniqueFdTest, WhatIsAssignedOverIsClosed) {
  UniqueFd fd = Open();
  const int first = fd.get();
  UniqueFd other = Open();
  const int second = other.get();
  fd = std::move(other);
  EXPECT_FALSE(IsOpen(first));
  EXPECT_EQ(fd.get(), second);
}

TEST(UniqueFdTest, WhatIsReleasedStaysOpen) {
  UniqueFd fd = Open();
  const UniqueFd released(fd.Release());
  fd.Reset();
  EXPECT_TRUE(IsOpen(released.get()));
}

}  // namespace
}  // namespace specctl
