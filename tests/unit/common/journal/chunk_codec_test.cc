#include "common/journal/chunk_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/base/hash.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kBaseUs = 5'000'000'000;

std::map<uint64_t, std::vector<ChunkRecord>> DecodeAll(std::string_view bytes,
                                                       absl::Status* status) {
  std::map<uint64_t, std::vector<ChunkRecord>> out;
  ChunkSectionReader reader(bytes, kBaseUs);
  ChunkRecord record;
  while (reader.NextSection()) {
    auto& records = out[reader.ordinal()];
    while (reader.NextRecord(record)) records.push_back(record);
  }
  *status = reader.status();
  return out;
}

std::string Encode(const std::map<uint64_t, std::vector<ChunkRecord>>& requests) {
  std::string out;
  uint64_t previous = 0;
  ChunkRunEncoder encoder;
  for (const auto& [ordinal, records] : requests) {
    encoder.Reset(kBaseUs);
    for (const ChunkRecord& record : records) encoder.AppendRecord(record);
    encoder.AppendSection(ordinal, previous, out);
    previous = ordinal;
  }
  return out;
}

TEST(ChunkCodecTest, EveryFieldComesBack) {
  const std::map<uint64_t, std::vector<ChunkRecord>> requests = {
      {0, {{.arrival_us = kBaseUs - 7, .tokens = 1}}},  // before the base: a late reader
      {3,
       {{.arrival_us = kBaseUs + 1, .tokens = 0, .reasoning = true},
        {.arrival_us = kBaseUs + 20'001, .uncertainty_us = 412, .tokens = 29},
        {.arrival_us = kBaseUs + 20'001, .tokens = 30, .same_step = true},
        {.arrival_us = kBaseUs + 40'000, .tokens = 4'000'000'000},
        {.arrival_us = kBaseUs + 39'000, .uncertainty_us = 1, .tokens = std::nullopt}}},
      {1'000'000, {{.arrival_us = kBaseUs + 3'600'000'000, .tokens = 3}}},
  };
  absl::Status status;
  EXPECT_EQ(DecodeAll(Encode(requests), &status), requests);
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ChunkCodecTest, SteadyStreamCostsAtMostFourBytesAChunk) {
  // 512 streams, 10 chunks each in a batch of 200 ms, 20 ms apart with 1 ms of jitter.
  std::map<uint64_t, std::vector<ChunkRecord>> requests;
  uint64_t random = 1;
  for (uint64_t stream = 0; stream < 512; ++stream) {
    for (int64_t chunk = 0; chunk < 10; ++chunk) {
      random = SplitMix64(random);
      const auto jitter = static_cast<int64_t>(random % 1000);
      requests[stream].push_back(
          {.arrival_us = kBaseUs + static_cast<int64_t>(stream) * 39 + chunk * 20'000 + jitter,
           .tokens = 1 + static_cast<uint32_t>(random >> 32) % 4});
    }
  }
  EXPECT_LE(static_cast<double>(Encode(requests).size()) / 5120, 4.0);
}

TEST(ChunkCodecTest, EveryCutIsFoundOrGivesWholeSections) {
  const std::map<uint64_t, std::vector<ChunkRecord>> requests = {
      {1, {{.arrival_us = kBaseUs + 10, .tokens = 1}, {.arrival_us = kBaseUs + 500, .tokens = 77}}},
      {2, {{.arrival_us = kBaseUs + 90'000, .uncertainty_us = 9, .tokens = 2}}}};
  const std::string bytes = Encode(requests);
  int whole = 0;
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    absl::Status status;
    DecodeAll(std::string_view(bytes).substr(0, cut), &status);
    if (status.ok()) {
      ++whole;
    } else {
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
      EXPECT_THAT(std::string(status.message()), HasSubstr("cut short"));
    }
  }
  EXPECT_EQ(whole, 2);  // nothing, and the first section alone
}

TEST(ChunkCodecTest, SkippingRecordsFindsTheNextSection) {
  const std::string bytes =
      Encode({{5, {{.arrival_us = kBaseUs, .tokens = 1}, {.arrival_us = kBaseUs, .tokens = 40}}},
              {9, {{.arrival_us = kBaseUs, .tokens = 2}}}});
  ChunkSectionReader reader(bytes, kBaseUs);
  ASSERT_TRUE(reader.NextSection());
  EXPECT_EQ(reader.records(), 2u);
  ASSERT_TRUE(reader.NextSection());
  EXPECT_EQ(reader.ordinal(), 9u);
  EXPECT_FALSE(reader.NextSection());
  EXPECT_TRUE(reader.status().ok());
}

}  // namespace
}  // namespace specctl
