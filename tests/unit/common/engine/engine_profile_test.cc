#include "common/engine/engine_profile.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/common/engine/recording.h"

namespace specctl {
namespace {

TEST(ProfileNamedTest, UnknownNamesArePlainOpenAi) {
  EXPECT_EQ(&ProfileNamed("vllm"), &VllmProfile());
  EXPECT_EQ(&ProfileNamed("llamacpp"), &LlamaCppProfile());
  EXPECT_EQ(&ProfileNamed("sglang"), &SglangProfile());
  EXPECT_EQ(&ProfileNamed("trtllm"), &TrtllmProfile());
  EXPECT_EQ(&ProfileNamed("nim"), &NimProfile());
  EXPECT_EQ(&ProfileNamed("openai"), &OpenAiProfile());
  EXPECT_EQ(&ProfileNamed("other"), &OpenAiProfile());
  EXPECT_EQ(VllmProfile().display_name, "vLLM");
}

TEST(ProfileTest, OnlyLlamaCppSendsAChunkAToken) {
  for (const EngineProfile* profile : EngineProfiles()) {
    EXPECT_EQ(profile->chunk_per_step, profile != &LlamaCppProfile()) << profile->name;
  }
}

TEST(DetectEngineTest, ByAnyOfItsMarks) {
  const auto name = [](const ServerAnswers& answers) { return DetectEngine(answers).name; };
  const std::string vllm = GoldenBody("vllm/models.http");
  const std::string llamacpp = GoldenBody("llamacpp/none.models.http");
  const std::string sglang = GoldenBody("sglang/ngram.models.http");
  const std::string sglang_info = GoldenBody("sglang/ngram.server-info.http");
  EXPECT_EQ(name({.models = vllm, .server_header = "uvicorn"}), "vllm");
  EXPECT_EQ(name({.models = R"({"data":[{"owned_by" : "vllm"}]})"}), "vllm");
  EXPECT_EQ(name({.metrics = "vllm:num_requests_running{engine=\"0\"} 0\n"}), "vllm");
  EXPECT_EQ(name({.models = llamacpp}), "llamacpp");
  EXPECT_EQ(name({.server_header = "llama.cpp"}), "llamacpp");
  EXPECT_EQ(name({.models = sglang}), "sglang");
  EXPECT_EQ(name({.server_info = sglang_info}), "sglang");
  EXPECT_EQ(name({.metrics = "# HELP x\nsglang:num_running_reqs 0\n"}), "sglang");
  EXPECT_EQ(name({.models = R"({"data":[{"id":"m","owned_by":"tensorrt_llm"}]})"}), "trtllm");
  EXPECT_EQ(name({.metrics = "trtllm_num_requests_running 0\n"}), "trtllm");
  EXPECT_EQ(name({}), "openai");
  EXPECT_EQ(name({.version = R"({"version":"1.0"})", .metrics = "up 1\n"}), "openai");
}

TEST(DetectEngineTest, NimIsKnownByWhereItsMetricsAre) {
  const std::string vllm = GoldenBody("vllm/models.http");
  const auto name = [&](std::string_view metrics, std::string_view path) {
    return DetectEngine({.models = vllm, .metrics = metrics, .metrics_path = path}).name;
  };
  EXPECT_EQ(name("vllm:num_requests_running 0\n", "/v1/metrics"), "nim");
  EXPECT_EQ(name("gpu_cache_usage_perc 0\nnum_requests_running 0\n", "/v1/metrics"), "nim");
  EXPECT_EQ(name("vllm:num_requests_running 0\n", "/metrics"), "vllm");
  // Any gateway may have metrics there.
  EXPECT_EQ(name("http_requests 1\n", "/v1/metrics"), "vllm");
}

TEST(FindFamilyTest, NamesMatchWholeButForTotal) {
  const EngineProfile& vllm = VllmProfile();
  const auto figure = [&](std::string_view name) { return FindFamily(vllm, name, {})->figure; };
  EXPECT_EQ(figure("vllm:generation_tokens_total"), ServerFigure::kGeneratedTokens);
  EXPECT_EQ(figure("vllm:generation_tokens"), ServerFigure::kGeneratedTokens);
  EXPECT_EQ(figure("vllm:spec_decode_num_accepted_tokens"), ServerFigure::kAcceptedTokens);
  for (const char* name :
       {"vllm:generation_tokens_created", "vllm:spec_decode_num_drafts_created",
        "vllm:e2e_request_latency_seconds_bucket", "vllm:inter_token_latency_seconds_sum",
        "vllm:iteration_tokens_total_count", "vllm:num_requests_waiting_by_reason",
        "vllm:num_requests", "generation_tokens_total", "", "vllm:prompt_tokens_by_source_total"}) {
    EXPECT_EQ(FindFamily(vllm, name, {}), nullptr) << name;
  }
  EXPECT_EQ(FindFamily(OpenAiProfile(), "vllm:generation_tokens_total", {}), nullptr);
}

TEST(FindFamilyTest, PositionsAndGauges) {
  const EngineProfile& vllm = VllmProfile();
  EXPECT_EQ(
      FindFamily(vllm, "vllm:spec_decode_num_accepted_tokens_per_pos_total", {})->position_label,
      "position");
  const MetricFamily* kv = FindFamily(vllm, "vllm:kv_cache_usage_perc", {});
  EXPECT_FALSE(kv->counter);
  EXPECT_TRUE(kv->mean_of_series);
  EXPECT_FALSE(FindFamily(vllm, "vllm:num_requests_running", {})->mean_of_series);
}

TEST(FindFamilyTest, NamesOfOtherVersionsAreMarked) {
  for (const char* name :
       {"vllm:gpu_cache_usage_perc", "vllm:gpu_prefix_cache_hits", "vllm:gpu_prefix_cache_queries",
        "vllm:time_per_output_token_seconds_count"}) {
    const MetricFamily* family = FindFamily(VllmProfile(), name, {});
    ASSERT_NE(family, nullptr) << name;
    EXPECT_TRUE(family->other_name) << name;
  }
}

// Every first name is one that vLLM 0.32.0 exposes.
TEST(FindFamilyTest, EveryFigureIsInARecordedScrape) {
  const std::string text = ReadGolden("../prometheus/vllm_whole.txt");
  std::set<ServerFigure> figures;
  for (const MetricFamily& family : VllmProfile().metrics) {
    if (family.other_name) continue;
    EXPECT_TRUE(figures.insert(family.figure).second) << family.name << " is named twice";
    EXPECT_NE(text.find("\n" + std::string(family.name) + "{"), std::string::npos) << family.name;
  }
  EXPECT_EQ(figures.size(), 18u);
}

TEST(FindFamilyTest, EveryFigureOfLlamaCppIsInARecordedScrape) {
  const std::string text = ReadGolden("../prometheus/llamacpp_after_one_request.txt");
  for (const MetricFamily& family : LlamaCppProfile().metrics) {
    const std::string sample = "\n" + std::string(family.name);
    const bool found = text.find(sample + " ") != std::string::npos ||
                       text.find(sample + "{") != std::string::npos;
    EXPECT_TRUE(found) << family.name;
  }
  EXPECT_EQ(FindFamily(LlamaCppProfile(), "llamacpp:tokens_predicted_total", {})->exact_below, 1e6);
}

TEST(FindFamilyTest, ALabelTellsFamiliesOfOneNameApart) {
  const auto figure = [](const EngineProfile& profile, std::string_view name,
                         const MetricLabels& labels) {
    const MetricFamily* family = FindFamily(profile, name, labels);
    return family == nullptr ? std::nullopt : std::optional(family->figure);
  };
  const EngineProfile& sglang = SglangProfile();
  constexpr std::string_view kRealtime = "sglang:realtime_tokens_total";
  EXPECT_EQ(figure(sglang, kRealtime, {{"tp_rank", "0"}, {"mode", "decode"}}),
            ServerFigure::kStepTokens);
  EXPECT_EQ(figure(sglang, kRealtime, {{"mode", "prefill_cache"}}), ServerFigure::kPrefixHits);
  EXPECT_EQ(figure(sglang, kRealtime, {{"mode", "other"}}), std::nullopt);
  EXPECT_TRUE(HasFamilyNamed(sglang, kRealtime));
  // Not of a worker that answers requests.
  EXPECT_EQ(figure(sglang, "sglang:num_running_reqs", {{"engine_type", "draft"}}), std::nullopt);
  EXPECT_EQ(figure(sglang, "sglang:num_running_reqs", {{"engine_type", "unified"}}),
            ServerFigure::kRunning);
  constexpr std::string_view kDrafted = "trtllm_spec_decode_drafted_tokens_total";
  EXPECT_EQ(figure(TrtllmProfile(), kDrafted, {{"token_position", "0"}}), ServerFigure::kDrafts);
  EXPECT_EQ(figure(TrtllmProfile(), kDrafted, {{"token_position", "2"}}),
            ServerFigure::kLaterDraftedTokens);
}

TEST(FindFamilyTest, NimHasItsOwnFamiliesAndVllms) {
  EXPECT_EQ(FindFamily(NimProfile(), "generation_tokens_total", {})->figure,
            ServerFigure::kGeneratedTokens);
  EXPECT_EQ(FindFamily(NimProfile(), "vllm:spec_decode_num_drafts_total", {})->figure,
            ServerFigure::kDrafts);
  EXPECT_TRUE(HasFamilyNamed(NimProfile(), "vllm:num_requests_running"));
  EXPECT_FALSE(HasFamilyNamed(NimProfile(), "sglang:num_running_reqs"));
}

TEST(FindFamilyTest, EveryFigureOfSglangIsInARecordedScrape) {
  const std::string text = ReadGolden("../prometheus/sglang_running.txt");
  // The recording leaves out histograms, and the server had retracted nothing.
  const std::set<std::string_view> not_recorded = {"sglang:time_to_first_token_seconds_count",
                                                   "sglang:num_retracted_requests_total"};
  for (const MetricFamily& family : SglangProfile().metrics) {
    if (family.buckets || not_recorded.contains(family.name)) continue;
    EXPECT_NE(text.find("\n" + std::string(family.name) + "{"), std::string::npos) << family.name;
  }
}

}  // namespace
}  // namespace specctl
