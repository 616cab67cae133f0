#include "common/prometheus/gzip.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/hash.h"
#include "tests/fakes/gunzip.h"

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
    EXPECT_EQ(fakes::Gunzip(Gzip(text)), text) << bytes;
  }
}

TEST(GzipTest, BytesThatDoNotCompressComeBack) {
  std::string noise;
  for (uint64_t i = 0; i < 100'000; ++i) noise += static_cast<char>(SplitMix64(i));
  EXPECT_EQ(fakes::Gunzip(Gzip(noise)), noise);
}

TEST(GzipTest, ATextShrinksAndItsHeaderIsTheSameEverywhere) {
  const std::string bytes = Gzip(Text(50'000));
  EXPECT_LT(bytes.size(), 10'000u);
  // Magic, deflate, no flags, no time, no extra flags, system unknown.
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
  EXPECT_EQ(bytes, Gzip(Text(50'000)));
}

}  // namespace
}  // namespace specctl
