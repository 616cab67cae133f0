#include "tools/request/header_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(HeaderTextTest, AMetricsHeaderThatIsNoneIsRefusedWithoutItsText) {
  EXPECT_THAT(*ParseMetricsHeaders({"X-A: b:c ", "X-B:"}),
              ElementsAre(Pair("X-A", "b:c"), Pair("X-B", "")));
  EXPECT_THAT(*ParseMetricsHeaders({}), IsEmpty());
  for (const char* text : {"hunter2", "bad name: hunter2", "X-A: hunter2\r\nX-B: 1", ": hunter2"}) {
    const absl::Status refused = ParseMetricsHeaders({text}).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.message()), ::testing::Not(::testing::HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace specctl::cli
