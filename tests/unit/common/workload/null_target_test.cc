#include "common/workload/null_target.h"

#include <gmock/gmock.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(NullTargetTest, TheUrlNamesThePace) {
  EXPECT_EQ(NullTargetUrl(50), "null://50");
  EXPECT_EQ(NullTargetUrl(12.5), "null://12.5");
  for (const double pace : {1.0, 50.0, 1.0 / 3 + 20, 1000.0}) {
    const auto read = NullTargetPace(NullTargetUrl(pace));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, pace);
  }
}

TEST(NullTargetTest, OtherUrlsAreNone) {
  EXPECT_TRUE(IsNullTarget("null://50"));
  EXPECT_TRUE(IsNullTarget("null://"));
  for (const char* other : {"http://null:50", "null:50", "", "http://a/null://50"}) {
    EXPECT_FALSE(IsNullTarget(other)) << other;
  }
}

TEST(NullTargetTest, APaceThatIsNoneIsRefused) {
  for (const char* bad : {"null://", "null://fast", "null://50/s", "null://0.5", "null://1001",
                          "null://-3", "null://nan", "null://inf"}) {
    const auto pace = NullTargetPace(bad);
    ASSERT_FALSE(pace.ok()) << bad;
    EXPECT_EQ(pace.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(pace.status().message()), HasSubstr(bad));
    EXPECT_THAT(std::string(pace.status().message()), HasSubstr("1 to 1000 chunks per second"));
  }
}

}  // namespace
}  // namespace specctl
