#include "common/session/spawn_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(SpawnOrderTest, IsALineOfAddressTokenAndNumber) {
  const std::string line = EncodeSpawnOrder(
      {.controller_address = "127.0.0.1:4711", .join_token = "secret", .number = 15});
  EXPECT_EQ(line, "127.0.0.1:4711 secret 15");
  const auto order = DecodeSpawnOrder(line);
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->controller_address, "127.0.0.1:4711");
  EXPECT_EQ(order->join_token, "secret");
  EXPECT_EQ(order->number, 15u);
  EXPECT_TRUE(DecodeSpawnOrder("[::1]:4711  0").ok()) << "a token may be empty";
}

TEST(SpawnOrderTest, AnythingElseIsRefused) {
  for (const char* line : {"", "a:1", "a:1 t", "a:1 t x", "a:1 t -1", "a:1 t 1 2", " t 1",
                           "a:1 t 1x", "a:1 t 99999999999"}) {
    const auto order = DecodeSpawnOrder(line);
    EXPECT_EQ(order.status().code(), absl::StatusCode::kInvalidArgument) << line;
    EXPECT_THAT(std::string(order.status().message()), HasSubstr("--spawned-fd"));
  }
}

}  // namespace
}  // namespace specctl
