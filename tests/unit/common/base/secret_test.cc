#include "common/base/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace specctl {
namespace {

TEST(SecretTest, EachIsAnother) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    const auto secret = MakeSecret();
    ASSERT_TRUE(secret.ok()) << secret.status();
    EXPECT_EQ(secret->size(), 64u);
    EXPECT_EQ(secret->find_first_not_of("0123456789abcdef"), std::string::npos);
    made.insert(*secret);
  }
  EXPECT_EQ(made.size(), 100u);
}

TEST(SecretTest, OnlyTheWholeTextIsTheSame) {
  EXPECT_TRUE(IsSameSecret("abcd", "abcd"));
  EXPECT_TRUE(IsSameSecret("", ""));
  for (const char* other : {"", "abc", "abcde", "bbcd", "abce"}) {
    EXPECT_FALSE(IsSameSecret("abcd", other)) << other;
  }
}

}  // namespace
}  // namespace specctl
