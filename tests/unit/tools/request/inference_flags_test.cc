#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

TEST(InferenceFlagsTest, TemperatureIsANumberOrTheServers) {
  EXPECT_EQ(Good({"--temperature", "0.7"}).spec.request.temperature, 0.7);
  EXPECT_FALSE(Good({"--temperature", "server"}).spec.request.temperature.has_value());
  EXPECT_THAT(Refusal({"--temperature", "hot"}), HasSubstr("--temperature: need a number"));
  EXPECT_THAT(Refusal({"--temperature", "-1"}), HasSubstr("--temperature: need a number"));
}

}  // namespace
}  // namespace specctl::cli
