#include "common/engine/probe_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/engine/recording.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(ParseModelsTest, RecordedListsOfThreeEngines) {
  struct Server {
    const char* path;
    const char* id;
    uint64_t max_model_len_tokens;
  };
  for (const Server& server :
       {Server{"vllm/models.http", "tiny", 4096}, Server{"sglang/ngram.models.http", "tiny", 4096},
        Server{"llamacpp/none.models.http", "tiny.gguf", 2048}}) {
    const std::string body = GoldenBody(server.path);
    const auto models = ParseModels({200, "application/json", body});
    ASSERT_TRUE(models.ok()) << models.status();
    ASSERT_EQ(models->size(), 1u);
    EXPECT_EQ(models->front().id, server.id);
    EXPECT_EQ(models->front().max_model_len_tokens, server.max_model_len_tokens);
  }
}

TEST(ParseModelsTest, LengthMayBeAbsent) {
  const auto models =
      ParseModels({200, "", R"({"data":[{"id":"a"},{"id":"b","max_model_len":null}]})"});
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 2u);
  EXPECT_FALSE((*models)[0].max_model_len_tokens || (*models)[1].max_model_len_tokens);
}

TEST(DraftLengthOfMetricsTest, IsTheNumberOfPositions) {
  EXPECT_EQ(DraftLengthOfMetrics(ReadGolden("vllm/metrics.txt")), 3u);
  EXPECT_EQ(DraftLengthOfMetrics("vllm:spec_decode_num_accepted_tokens_per_pos_total{position="
                                 "\"0\",engine=\"0\"} 0.0\n"
                                 "vllm:spec_decode_num_accepted_tokens_per_pos_total{engine=\"1\", "
                                 "position=\"0\"} 0.0\r\n"
                                 "vllm:spec_decode_num_accepted_tokens_per_pos_total{engine=\"1\","
                                 "position=\"1\"} 0.0"),
            2u);
  for (const char* text :
       {"", "\n\n", "vllm:num_requests_running 0\n",
        "vllm:spec_decode_num_accepted_tokens_per_pos_total{xposition=\"0\"} 1\n",
        "vllm:spec_decode_num_accepted_tokens_per_pos_created{position=\"0\"} 1\n"}) {
    EXPECT_FALSE(DraftLengthOfMetrics(text).has_value()) << text;
  }
}

struct Refused {
  HttpAnswer answer;
  absl::StatusCode code;
  const char* says;
};

TEST(ParseModelsTest, WhatIsNoListIsExplained) {
  using absl::StatusCode;
  for (const Refused& refused :
       {Refused{{404, "text/html", "<h1>x</h1>"},
                StatusCode::kFailedPrecondition,
                "not an OpenAI-compatible server: GET /v1/models answered 404 text/html"},
        Refused{{200, "text/html", "<html>"},
                StatusCode::kFailedPrecondition,
                "answered 200 text/html without a JSON list of models"},
        Refused{{200, "application/json", R"({"data":[{"name":"x"}]})"},
                StatusCode::kFailedPrecondition,
                "a model that has no id"},
        Refused{{200, "application/json", R"({"data":[]})"},
                StatusCode::kFailedPrecondition,
                "the server lists no models; load one first"},
        Refused{{401, "application/json", R"({"error":"Unauthorized"})"},
                StatusCode::kUnauthenticated,
                "answered 401: Unauthorized"},
        Refused{{503, "application/json", R"({"error":{"message":"Loading model"}})"},
                StatusCode::kUnavailable,
                "answered 503: Loading model"}}) {
    const auto models = ParseModels(refused.answer);
    ASSERT_FALSE(models.ok());
    EXPECT_EQ(models.status().code(), refused.code);
    EXPECT_THAT(std::string(models.status().message()), HasSubstr(refused.says));
  }
}

TEST(RefusesContinuousUsageTest, OnlyAValidationErrorThatNamesTheField) {
  EXPECT_TRUE(RefusesContinuousUsage(
      400,
      R"({"error":{"message":"Unknown parameter: 'stream_options.continuous_usage_stats'."}})"));
  EXPECT_TRUE(RefusesContinuousUsage(
      422, R"({"detail":[{"type":"extra_forbidden","loc":["body","stream_options"]}]})"));
  EXPECT_TRUE(
      RefusesContinuousUsage(400, GoldenBody("vllm/error_stream_options_without_stream.http")));
  EXPECT_FALSE(RefusesContinuousUsage(400, GoldenBody("vllm/error_400_prompt_too_long.http")));
  EXPECT_FALSE(RefusesContinuousUsage(500, "stream_options"));
  EXPECT_FALSE(RefusesContinuousUsage(200, "stream_options"));
}

}  // namespace
}  // namespace specctl
