#include "common/base/varint.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace specctl {
namespace {

std::string Encoded(uint64_t value) {
  std::string bytes;
  AppendVarint(value, bytes);
  return bytes;
}

// Values about every change of length.
std::vector<uint64_t> Edges() {
  std::vector<uint64_t> values = {0, 1, UINT64_MAX};
  for (int bits = 7; bits < 64; bits += 7) {
    const uint64_t power = uint64_t{1} << bits;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  return values;
}

TEST(VarintTest, BytesAreThoseOfProtocolBuffers) {
  EXPECT_EQ(Encoded(0), std::string("\0", 1));
  EXPECT_EQ(Encoded(127), "\x7f");
  EXPECT_EQ(Encoded(128), "\x80\x01");
  EXPECT_EQ(Encoded(150), "\x96\x01");
  EXPECT_EQ(Encoded(300), "\xac\x02");
  EXPECT_EQ(Encoded(UINT64_MAX), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(VarintTest, RoundTripLeavesWhatFollows) {
  for (const uint64_t value : Edges()) {
    const std::string bytes = Encoded(value) + "rest";
    std::string_view rest = bytes;
    EXPECT_EQ(TakeVarint(rest), value);
    EXPECT_EQ(rest, "rest");
  }
}

TEST(VarintTest, LengthGrowsWithEverySevenBits) {
  for (int bits = 0; bits < 64; ++bits) {
    EXPECT_EQ(Encoded(uint64_t{1} << bits).size(), static_cast<size_t>(bits / 7 + 1));
  }
}

TEST(VarintTest, CutShortIsNoValue) {
  for (const uint64_t value : Edges()) {
    const std::string bytes = Encoded(value);
    for (size_t length = 0; length < bytes.size(); ++length) {
      std::string_view cut = std::string_view(bytes).substr(0, length);
      EXPECT_EQ(TakeVarint(cut), std::nullopt) << value << " cut to " << length;
    }
  }
}

TEST(VarintTest, MoreThanTenBytesAreNoValue) {
  const std::string bytes = std::string(10, '\x80') + "\x01";
  std::string_view rest = bytes;
  EXPECT_EQ(TakeVarint(rest), std::nullopt);
}

TEST(ZigZagTest, SmallMagnitudesAreSmallNumbers) {
  EXPECT_EQ(ZigZag(0), 0u);
  EXPECT_EQ(ZigZag(-1), 1u);
  EXPECT_EQ(ZigZag(1), 2u);
  EXPECT_EQ(ZigZag(-2), 3u);
  EXPECT_EQ(ZigZag(INT64_MAX), UINT64_MAX - 1);
  EXPECT_EQ(ZigZag(INT64_MIN), UINT64_MAX);
}

TEST(ZigZagTest, RoundTrip) {
  for (const uint64_t edge : Edges()) {
    const auto value = static_cast<int64_t>(edge);
    EXPECT_EQ(UnZigZag(ZigZag(value)), value);
    EXPECT_EQ(ZigZag(UnZigZag(edge)), edge);
  }
}

}  // namespace
}  // namespace specctl
