#include "common/base/gzip.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/hash.h"

namespace specctl {
namespace {

std::string Text(size_t bytes) {
  std::string text;
  for (uint64_t i = 0; text.size() < bytes; ++i) {
    text += "series{n=\"" + std::to_string(SplitMix64(i) % 1'000) + "\"} 1.0\n";
  }
  text.resize(bytes);
  return text;
}

TEST(GzipTest, RoundTrip) {
  for (const size_t bytes : {0, 1, 1'000, 65'536, 65'537, 3'000'000}) {
    const std::string text = Text(bytes);
    EXPECT_EQ(*Gunzip(Gzip(text), bytes), text) << bytes;
  }
}

TEST(GzipTest, BytesThatDoNotCompressComeBack) {
  std::string noise;
  for (uint64_t i = 0; i < 100'000; ++i) noise += static_cast<char>(SplitMix64(i));
  EXPECT_EQ(*Gunzip(Gzip(noise), noise.size()), noise);
}

TEST(GzipTest, ATextShrinksAndItsHeaderIsTheSameEverywhere) {
  const std::string bytes = Gzip(Text(50'000));
  EXPECT_LT(bytes.size(), 10'000u);
  // Magic, deflate, no flags, no time, no extra flags, system unknown.
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
  EXPECT_EQ(bytes, Gzip(Text(50'000)));
}

TEST(GzipTest, WhatIsDamagedIsRefused) {
  const std::string bytes = Gzip(Text(50'000));
  for (const size_t size : {size_t{0}, size_t{9}, bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_TRUE(absl::IsDataLoss(Gunzip(bytes.substr(0, size), 1 << 20).status())) << size;
  }
  EXPECT_TRUE(absl::IsDataLoss(Gunzip(bytes + "x", 1 << 20).status()));
  std::string flipped = bytes;
  flipped[bytes.size() / 2] ^= 0x10;
  EXPECT_TRUE(absl::IsDataLoss(Gunzip(flipped, 1 << 20).status()));
}

TEST(GzipTest, ABombIsNotUnpacked) {
  const std::string bomb = Gzip(std::string(200u << 20, 'x'));
  EXPECT_LT(bomb.size(), 300'000u);
  const auto text = Gunzip(bomb, 1u << 20);
  EXPECT_TRUE(absl::IsResourceExhausted(text.status()));
  EXPECT_EQ(text.status().message(), "gzip: unpacks to more than 1048576 bytes");
}

}  // namespace
}  // namespace specctl
