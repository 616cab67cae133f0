#include "agent/null_server/pace_text.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

constexpr std::string_view kListeningLine = "listening on http://127.0.0.1:4711\n";

TEST(PaceTextTest, TheReportIsRead) {
  const auto report = ParsePaceText(std::string(kListeningLine) +
                                    "chunks 12  late us p50 3 p99 40 p99.9 50 max 60  blocked 2  "
                                    "CPU us per chunk 1.50\n");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->chunks, 12u);
  EXPECT_EQ(report->lateness_p99_ns, 40'000u);
  EXPECT_EQ(report->blocked, 2u);
}

TEST(PaceTextTest, OutputWithoutAReportIsNone) {
  EXPECT_FALSE(ParsePaceText("").has_value());
  EXPECT_FALSE(ParsePaceText(kListeningLine).has_value());
  EXPECT_FALSE(ParsePaceText("chunks 12  late us p50 3").has_value());
  EXPECT_FALSE(ParsePaceText("chunks x  late us p50 3 p99 4  blocked 1").has_value());
}

TEST(PaceTextTest, TheUrlIsReadWhenItsLineIsWhole) {
  EXPECT_EQ(ParseListening(kListeningLine), "http://127.0.0.1:4711");
  EXPECT_FALSE(ParseListening("listening on http://127.0.0.1:47").has_value());
  EXPECT_FALSE(ParseListening("specctl sim: --pace: no\n").has_value());
}

}  // namespace
}  // namespace specctl::agent
