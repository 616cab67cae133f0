#include "common/base/duration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(DurationTest, EveryFormIsRead) {
  EXPECT_EQ(ParseDuration("90").value(), 90s);
  EXPECT_EQ(ParseDuration("0").value(), 0s);
  EXPECT_EQ(ParseDuration("0.25").value(), 250ms);
  EXPECT_EQ(ParseDuration("90s").value(), 90s);
  EXPECT_EQ(ParseDuration("500ms").value(), 500ms);
  EXPECT_EQ(ParseDuration("20us").value(), 20us);
  EXPECT_EQ(ParseDuration("2m").value(), 2min);
  EXPECT_EQ(ParseDuration("1h30m").value(), 90min);
  EXPECT_EQ(ParseDuration("1m0.5s").value(), 60500ms);
}

TEST(DurationTest, AnythingElseIsRefusedWithTheText) {
  for (const char* text : {"", "s", "-1", "-5s", "1x", "5 s", "1s1s", "1s2m", "1e3", "nan", "inf",
                           "90sec", "400000h", "10 ", "1m30"}) {
    const auto parsed = ParseDuration(text);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(text));
  }
}

TEST(DurationTest, IsPrintedAsAPersonWould) {
  EXPECT_EQ(FormatDuration(500ms), "500 ms");
  EXPECT_EQ(FormatDuration(90s), "90 s");
  EXPECT_EQ(FormatDuration(5min), "5 m");
  EXPECT_EQ(FormatDuration(3h), "3 h");
  EXPECT_EQ(FormatDuration(150min), "2 h 30 m");
  EXPECT_EQ(FormatDuration(1500ms), "1.5 s");
  EXPECT_EQ(FormatDuration(20us), "20 us");
}

}  // namespace
}  // namespace specctl
