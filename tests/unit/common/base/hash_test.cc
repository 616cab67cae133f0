#include "common/base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace specctl {
namespace {

// FIPS 180-4 examples, and the million letters of the NIST example values.
TEST(Sha256HexTest, PublishedVectors) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
TEST(Crc32cTest, PublishedVectors) {
  std::string up, down;
  for (int i = 0; i < 32; ++i) {
    up += static_cast<char>(i);
    down += static_cast<char>(31 - i);
  }
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(up), 0x46dd794eu);
  EXPECT_EQ(Crc32c(down), 0x113fdb5cu);
}

TEST(Crc32cTest, EveryFlippedBitShows) {
  const std::string record = "a record of the journal";
  for (size_t bit = 0; bit < record.size() * 8; ++bit) {
    std::string damaged = record;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(Crc32c(damaged), Crc32c(record)) << bit;
  }
}

// draft-eastlake-fnv, appendix C.
TEST(Fnv1aTest, PublishedVectors) {
  EXPECT_EQ(Fnv1a(""), 0xcbf29ce484222325u);
  EXPECT_EQ(Fnv1a("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(Fnv1a("foobar"), 0x85944171f73967e8u);
}

TEST(Fnv1aTest, PartsAreTheWhole) {
  const std::string text = "text with bytes above 127: \xc3\xb6";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(Fnv1a(text.substr(cut), Fnv1a(text.substr(0, cut))), Fnv1a(text));
  }
}

// The first outputs of the reference splitmix64.c for the seeds 0 and 1234567.
TEST(SplitMix64Test, ReferenceOutputs) {
  constexpr uint64_t kIncrement = 0x9e3779b97f4a7c15;
  EXPECT_EQ(SplitMix64(0), 0xe220a8397b1dcdafu);
  EXPECT_EQ(SplitMix64(kIncrement), 0x6e789e6aa1b965f4u);
  EXPECT_EQ(SplitMix64(1'234'567), 6457827717110365317u);
  EXPECT_EQ(SplitMix64(1'234'567 + kIncrement), 3203168211198807973u);
}

TEST(SplitMix64Test, CountersDoNotCollide) {
  std::set<uint64_t> outputs;
  for (uint64_t counter = 0; counter < 10'000; ++counter) outputs.insert(SplitMix64(counter));
  EXPECT_EQ(outputs.size(), 10'000u);
}

}  // namespace
}  // namespace specctl
