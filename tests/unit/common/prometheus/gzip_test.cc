#include "common/prometheus/gzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/base/hash.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

constexpr size_t kNoBound = 1 << 30;

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
    const absl::StatusOr<std::string> back = Gunzip(Gzip(text), bytes);
    ASSERT_TRUE(back.ok()) << bytes << ": " << back.status();
    EXPECT_EQ(*back, text);
  }
}

TEST(GzipTest, BytesThatDoNotCompressComeBack) {
  std::string noise;
  for (uint64_t i = 0; i < 100'000; ++i) noise += static_cast<char>(SplitMix64(i));
  EXPECT_EQ(Gunzip(Gzip(noise), kNoBound).value(), noise);
}

TEST(GzipTest, ATextShrinksAndItsHeaderIsTheSameEverywhere) {
  const std::string bytes = Gzip(Text(50'000));
  EXPECT_LT(bytes.size(), 10'000u);
  // Magic, deflate, no flags, no time, no extra flags, system unknown.
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
  EXPECT_EQ(bytes, Gzip(Text(50'000)));
}

TEST(GunzipTest, ReadsWhatGzipItselfWrites) {
  // printf 'up 1\n' | gzip -nc
  constexpr char kFile[] =
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x2b\x2d\x50\x30\xe4\x02\x00"
      "\x72\x90\xea\x82\x05\x00\x00\x00";
  EXPECT_EQ(Gunzip({kFile, sizeof(kFile) - 1}, 5).value(), "up 1\n");
}

TEST(GunzipTest, MembersFollowOneAnother) {
  EXPECT_EQ(Gunzip(Gzip("one ") + Gzip("") + Gzip("two"), kNoBound).value(), "one two");
}

TEST(GunzipTest, TextBeyondTheBoundIsRefused) {
  const std::string bytes = Gzip(std::string(10'000'000, 'x'));
  EXPECT_TRUE(Gunzip(bytes, 10'000'000).ok());
  for (const size_t bound : {size_t{0}, size_t{65'536}, size_t{9'999'999}}) {
    const absl::StatusOr<std::string> text = Gunzip(bytes, bound);
    EXPECT_EQ(text.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(text.status().message()),
                HasSubstr("need a text of at most " + std::to_string(bound) + " bytes"));
  }
}

TEST(GunzipTest, EveryCutIsFound) {
  const std::string bytes = Gzip(Text(300));
  for (size_t length = 0; length < bytes.size(); ++length) {
    const absl::StatusOr<std::string> text = Gunzip(bytes.substr(0, length), kNoBound);
    EXPECT_EQ(text.status().code(), absl::StatusCode::kDataLoss) << length;
    EXPECT_THAT(std::string(text.status().message()), HasSubstr("cut short")) << length;
  }
}

TEST(GunzipTest, DamageIsFound) {
  std::string wrong_checksum = Gzip("vllm:num_requests_running 5");
  wrong_checksum[wrong_checksum.size() - 8] ^= 1;
  for (const std::string& bytes :
       {wrong_checksum, std::string("<html>not gzip</html>"), Gzip("text") + "trailing bytes"}) {
    const absl::StatusOr<std::string> text = Gunzip(bytes, kNoBound);
    EXPECT_EQ(text.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(text.status().message()),
                HasSubstr("gzip: need a whole gzip file, got one that is damaged: incorrect"));
  }
}

}  // namespace
}  // namespace specctl
