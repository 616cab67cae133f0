#include "common/engine/engine_profile.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/common/engine/recording.h"

namespace specctl {
namespace {

TEST(ProfileNamedTest, UnknownNamesArePlainOpenAi) {
  EXPECT_EQ(&ProfileNamed("vllm"), &VllmProfile());
  EXPECT_EQ(&ProfileNamed("llamacpp"), &LlamaCppProfile());
  EXPECT_EQ(&ProfileNamed("openai"), &OpenAiProfile());
  EXPECT_EQ(&ProfileNamed("other"), &OpenAiProfile());
  EXPECT_EQ(VllmProfile().display_name, "vLLM");
}

TEST(ProfileTest, OnlyLlamaCppSendsAChunkAToken) {
  EXPECT_TRUE(VllmProfile().chunk_per_step);
  EXPECT_TRUE(OpenAiProfile().chunk_per_step);
  EXPECT_FALSE(LlamaCppProfile().chunk_per_step);
}

TEST(DetectEngineTest, ByModelsMetricsOrHeader) {
  const std::string vllm = GoldenBody("vllm/models.http");
  EXPECT_EQ(DetectEngine("", vllm, "", "uvicorn").name, "vllm");
  EXPECT_EQ(DetectEngine("", R"({"data":[{"owned_by" : "vllm"}]})", "", "").name, "vllm");
  EXPECT_EQ(DetectEngine("", "", "vllm:num_requests_running{engine=\"0\"} 0\n", "").name, "vllm");
  EXPECT_EQ(DetectEngine("", GoldenBody("llamacpp/none.models.http"), "", "").name, "llamacpp");
  EXPECT_EQ(DetectEngine("", "", "", "llama.cpp").name, "llamacpp");
  EXPECT_EQ(DetectEngine("{\"version\":\"0.32.0\"}", GoldenBody("sglang/ngram.models.http"),
                         "sglang:num_running_reqs 0\n", "uvicorn")
                .name,
            "openai");
  EXPECT_EQ(DetectEngine("", "", "", "").name, "openai");
}

TEST(FindFamilyTest, NamesMatchWholeButForTotal) {
  const EngineProfile& vllm = VllmProfile();
  const auto figure = [&](std::string_view name) { return FindFamily(vllm, name)->figure; };
  EXPECT_EQ(figure("vllm:generation_tokens_total"), ServerFigure::kGeneratedTokens);
  EXPECT_EQ(figure("vllm:generation_tokens"), ServerFigure::kGeneratedTokens);
  EXPECT_EQ(figure("vllm:spec_decode_num_accepted_tokens"), ServerFigure::kAcceptedTokens);
  for (const char* name :
       {"vllm:generation_tokens_created", "vllm:spec_decode_num_drafts_created",
        "vllm:inter_token_latency_seconds_bucket", "vllm:inter_token_latency_seconds_sum",
        "vllm:iteration_tokens_total_count", "vllm:num_requests_waiting_by_reason",
        "vllm:num_requests", "generation_tokens_total", "", "vllm:prompt_tokens_by_source_total"}) {
    EXPECT_EQ(FindFamily(vllm, name), nullptr) << name;
  }
  EXPECT_EQ(FindFamily(OpenAiProfile(), "vllm:generation_tokens_total"), nullptr);
}

TEST(FindFamilyTest, PositionsAndGauges) {
  const EngineProfile& vllm = VllmProfile();
  EXPECT_EQ(FindFamily(vllm, "vllm:spec_decode_num_accepted_tokens_per_pos_total")->position_label,
            "position");
  const MetricFamily* kv = FindFamily(vllm, "vllm:kv_cache_usage_perc");
  EXPECT_FALSE(kv->counter);
  EXPECT_TRUE(kv->mean_of_series);
  EXPECT_FALSE(FindFamily(vllm, "vllm:num_requests_running")->mean_of_series);
}

TEST(FindFamilyTest, NamesOfOtherVersionsAreMarked) {
  for (const char* name :
       {"vllm:gpu_cache_usage_perc", "vllm:gpu_prefix_cache_hits", "vllm:gpu_prefix_cache_queries",
        "vllm:time_per_output_token_seconds_count"}) {
    const MetricFamily* family = FindFamily(VllmProfile(), name);
    ASSERT_NE(family, nullptr) << name;
    EXPECT_TRUE(family->other_name) << name;
  }
}

// Every first name is one that vLLM 0.32.0 exposes.
TEST(FindFamilyTest, EveryFigureIsInARecordedScrape) {
  const std::string text = ReadGolden("vllm/metrics.txt");
  std::set<ServerFigure> figures;
  for (const MetricFamily& family : VllmProfile().metrics) {
    if (family.other_name) continue;
    EXPECT_TRUE(figures.insert(family.figure).second) << family.name << " is named twice";
    EXPECT_NE(text.find("\n" + std::string(family.name) + "{"), std::string::npos) << family.name;
  }
  EXPECT_EQ(figures.size(), 15u);
}

TEST(FindFamilyTest, EveryFigureOfLlamaCppIsInARecordedScrape) {
  const std::string text = ReadGolden("../prometheus/llamacpp_after_one_request.txt");
  for (const MetricFamily& family : LlamaCppProfile().metrics) {
    const std::string sample = "\n" + std::string(family.name);
    const bool found = text.find(sample + " ") != std::string::npos ||
                       text.find(sample + "{") != std::string::npos;
    EXPECT_TRUE(found) << family.name;
  }
  EXPECT_EQ(FindFamily(LlamaCppProfile(), "llamacpp:tokens_predicted_total")->exact_below, 1e6);
}

}  // namespace
}  // namespace specctl
