#include "common/base/packed_optional.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace specctl {
namespace {

TEST(PackedOptionalTest, TakesTheRoomOfItsNumber) {
  static_assert(sizeof(PackedOptional<int64_t>) == sizeof(int64_t));
  static_assert(sizeof(PackedOptional<uint32_t>) == sizeof(uint32_t));
}

TEST(PackedOptionalTest, ReadsAsAnOptional) {
  const PackedOptional<int64_t> absent, none = std::nullopt, zero = 0, some = -7;
  EXPECT_FALSE(absent.has_value());
  EXPECT_FALSE(none);
  EXPECT_TRUE(zero);  // a number as any other
  EXPECT_EQ(*zero, 0);
  EXPECT_EQ(*some, -7);
  EXPECT_EQ(absent.value_or(3), 3);
  EXPECT_EQ(some.value_or(3), -7);
}

TEST(PackedOptionalTest, ConvertsFromAndToAnOptional) {
  for (const std::optional<uint32_t> value :
       {std::optional<uint32_t>(), std::optional<uint32_t>(0), std::optional<uint32_t>(81)}) {
    const PackedOptional<uint32_t> packed = value;
    EXPECT_EQ(std::optional<uint32_t>(packed), value);
  }
}

TEST(PackedOptionalTest, TheNumberThatStandsForAbsenceIsKeptAsItsNeighbour) {
  const PackedOptional<uint32_t> most = UINT32_MAX;
  const PackedOptional<int64_t> least = INT64_MIN;
  EXPECT_EQ(*most, UINT32_MAX - 1);
  EXPECT_EQ(*least, INT64_MIN + 1);
}

}  // namespace
}  // namespace specctl
