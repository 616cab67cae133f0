#include "common/dataset/dataset_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace specctl {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(DatasetNameTest, ThirtyTwoNamesOfSpeedBenchAndThreeMore) {
  const std::vector<std::string>& names = DatasetNames();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 35u);
  EXPECT_EQ(std::count_if(names.begin(), names.end(),
                          [](const std::string& name) { return name.starts_with("speed_bench_"); }),
            32);
  EXPECT_THAT(names, Contains("speed_bench_qualitative"));
  EXPECT_THAT(names, Contains("speed_bench_throughput_32k_high_entropy"));
  EXPECT_THAT(names, Contains("builtin"));
}

TEST(DatasetNameTest, EveryNameParsesToItself) {
  for (const std::string& name : DatasetNames()) {
    const auto parsed = ParseDatasetName(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->name, name);
    EXPECT_NE(parsed->family, DatasetFamily::kFile) << name;
  }
}

TEST(DatasetNameTest, CategoryAndTierSelectRowsOfAConfig) {
  const auto coding = ParseDatasetName("speed_bench_coding");
  ASSERT_TRUE(coding);
  EXPECT_EQ(coding->config, "qualitative");
  EXPECT_EQ(coding->category, "coding");
  EXPECT_EQ(coding->isl, "");
  const auto mixed = ParseDatasetName("speed_bench_throughput_16k_mixed");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->config, "throughput_16k");
  EXPECT_EQ(mixed->category, "mixed");
  EXPECT_EQ(mixed->isl, "16k");
  EXPECT_EQ(TokensOfIsl(mixed->isl), 16000u);
  EXPECT_EQ(ParseDatasetName("speed_bench_throughput_1k")->category, "");
}

TEST(DatasetNameTest, RandomTokensHaveTheirSizesInTheName) {
  const auto plain = ParseDatasetName("random_1024");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->family, DatasetFamily::kRandom);
  EXPECT_EQ(plain->random.isl_tokens, 1024u);
  EXPECT_EQ(plain->random.vocabulary_tokens, RandomTokens::kVocabulary);
  EXPECT_EQ(ParseDatasetName("random_8_of_512")->random.vocabulary_tokens, 512u);
  for (const char* none : {"random_", "random_0", "random_8_of_0", "random_8_of_", "random_x",
                           "random_1000001", "random_8_of_99999999999", "random_8 "}) {
    EXPECT_FALSE(ParseDatasetName(none)) << none;
  }
}

TEST(DatasetNameTest, BuiltinHasTheSameSelections) {
  EXPECT_EQ(ParseDatasetName("builtin")->config, "qualitative");
  EXPECT_EQ(ParseDatasetName("builtin_math")->category, "math");
  const auto tier = ParseDatasetName("builtin_throughput_2k_low_entropy");
  ASSERT_TRUE(tier);
  EXPECT_EQ(tier->family, DatasetFamily::kBuiltin);
  EXPECT_EQ(tier->config, "throughput_2k");
  EXPECT_EQ(tier->category, "low_entropy");
}

TEST(DatasetNameTest, OthersAreNoNames) {
  for (const char* name :
       {"", "speed_bench", "speed_bench_", "speed_bench_throughput", "speed_bench_throughput_3k",
        "speed_bench_throughput_1k_", "speed_bench_throughput_1k_low", "speed_bench_mixed",
        "coding", "builtin_", "mt_bench.jsonl", "SPEED_BENCH_CODING"}) {
    EXPECT_FALSE(ParseDatasetName(name)) << name;
  }
}

TEST(DatasetNameTest, SlipsFindTheNearestNames) {
  EXPECT_THAT(NearDatasetNames("speed_bench_codng").front(), "speed_bench_coding");
  EXPECT_THAT(NearDatasetNames("mt-bench").front(), "mt_bench");
  EXPECT_THAT(NearDatasetNames("Speed-Bench-Qualitative").front(), "speed_bench_qualitative");
  EXPECT_THAT(NearDatasetNames("rag"), ElementsAre("speed_bench_rag", "builtin_rag"));
  EXPECT_THAT(NearDatasetNames("throughput_8k").front(), "speed_bench_throughput_8k");
}

TEST(DatasetNameTest, NothingLikeANameHasNoneNear) {
  EXPECT_THAT(NearDatasetNames("quarterly-traffic-of-the-support-desk"), IsEmpty());
  EXPECT_THAT(NearDatasetNames(""), IsEmpty());
  EXPECT_THAT(NearDatasetNames(std::string(100000, 'x')), IsEmpty());
}

}  // namespace
}  // namespace specctl
