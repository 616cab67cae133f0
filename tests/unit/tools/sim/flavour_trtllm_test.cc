// From TensorRT-LLM's source: there is no recording of it.
#include "tools/sim/flavour_trtllm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

FlavourOptions TrtllmOptions() { return {.engine = EngineKind::kTrtllm, .model = "tiny"}; }

HttpRequest Post(std::string path, std::string body) {
  HttpRequest request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  return request;
}

HttpRequest GetOf(std::string path) {
  HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  return request;
}

HttpRequest Chat(const std::string& fields) {
  return Post("/v1/chat/completions",
              R"({"model":"other","messages":[{"role":"user","content":"hi"}],"max_tokens":6,)" +
                  fields + "}");
}

std::vector<std::string> MaskedBody(Flavour& flavour, const HttpRequest& request) {
  std::vector<std::string> entries = Masked(Answered(flavour, request));
  // After the status line and date, server, content-type and transfer-encoding.
  entries.erase(entries.begin(), entries.begin() + 5);
  return entries;
}

TEST(TrtllmFlavourTest, AChatHasARoleEventAndMeanTokensPerIteration) {
  SimulatedServer server(TrtllmOptions());
  EXPECT_THAT(
      MaskedBody(*server.flavour, Chat(R"("stream":true)")),
      ElementsAre(
          R"({"id":"","object":"chat.completion.chunk","created":0,"model":"","choices":[{"index":0,"delta":{"role":"assistant"}}]})",
          R"({"id":"","object":"chat.completion.chunk","created":0,"model":"","choices":[{"index":0,"delta":{"content":"","reasoning_content":""},"avg_decoded_tokens_per_iter":0}]})",
          R"({"id":"","object":"chat.completion.chunk","created":0,"model":"","choices":[{"index":0,"delta":{"content":"","reasoning_content":""},"finish_reason":"length","avg_decoded_tokens_per_iter":0}]})",
          "[DONE]", "(last chunk)"));
}

TEST(TrtllmFlavourTest, TokensPerIterationCountThePromptsToo) {
  SimulatedServer server(TrtllmOptions());
  const std::string bytes = Answered(*server.flavour, Chat(R"("stream":true)"));
  // 1, then 1 + 4, then the last of 6.
  for (const char* mean : {":1.0}", ":2.5}", ":2.0}"}) {
    EXPECT_THAT(bytes, HasSubstr(std::string(R"("avg_decoded_tokens_per_iter")") + mean));
  }
  EXPECT_THAT(bytes, HasSubstr("{\"role\":\"assistant\"}}]} \n\n"));  // a blank before its end
  EXPECT_THAT(bytes, HasSubstr(R"("id":"chatcmpl-1")"));
  EXPECT_THAT(bytes, HasSubstr(R"("model":"other")"));  // taken for its own
  EXPECT_THAT(bytes, Not(HasSubstr("vary:")));
}

TEST(TrtllmFlavourTest, StreamOptionsMeanUsage) {
  SimulatedServer server(TrtllmOptions());
  const std::string alone = Answered(*server.flavour, Chat(R"("stream":true,"stream_options":{})"));
  EXPECT_THAT(alone,
              HasSubstr(R"("choices":[],"usage":{"prompt_tokens":9,"total_tokens":15,)"
                        R"("completion_tokens":6,"prompt_tokens_details":{"cached_tokens":0}})"));
  const std::string continuous = Answered(
      *server.flavour, Chat(R"("stream":true,"stream_options":{"continuous_usage_stats":true})"));
  EXPECT_THAT(continuous, HasSubstr(R"("delta":{"role":"assistant"}}],"usage":{"prompt_tokens":9,)"
                                    R"("total_tokens":9,"completion_tokens":0,)"));
  EXPECT_THAT(continuous, HasSubstr(R"("completion_tokens":5,)"));
}

TEST(TrtllmFlavourTest, ACompletionPrintsItsNullsAndGivesIdsInsteadOfText) {
  SimulatedServer server(TrtllmOptions());
  const std::string body = R"({"model":"m","prompt":"hi","max_tokens":5,"stream":true)";
  EXPECT_THAT(
      MaskedBody(*server.flavour, Post("/v1/completions", body + "}")).front(),
      R"({"id":"","object":"text_completion","created":0,"model":"","choices":[{"index":0,"text":"","token_ids":null,"logprobs":null,"finish_reason":null,"stop_reason":null,"avg_decoded_tokens_per_iter":0}],"usage":null})");
  const std::string ids =
      Answered(*server.flavour, Post("/v1/completions", body + R"(,"detokenize":false})"));
  EXPECT_THAT(ids, HasSubstr(R"("text":"","token_ids":[)"));
}

TEST(TrtllmFlavourTest, WhatItDoesNotKnowItRefuses) {
  SimulatedServer server(TrtllmOptions());
  for (const char* field : {"return_token_ids", "return_spec_tokens_details", "category"}) {
    const std::string bytes =
        Answered(*server.flavour, Chat(std::string("\"") + field + "\":true"));
    EXPECT_THAT(bytes, HasSubstr("HTTP/1.1 400 Bad Request"));
    EXPECT_THAT(
        bytes,
        HasSubstr(std::string(R"({"error":"[{'type': 'extra_forbidden', 'loc': ('body', ')") +
                  field + "'), 'msg': 'Extra inputs are not permitted'"));
  }
  // Salts are of chats only.
  EXPECT_THAT(Answered(*server.flavour, Chat(R"("cache_salt":"x")")), HasSubstr("200 OK"));
  EXPECT_THAT(Answered(*server.flavour,
                       Post("/v1/completions", R"({"model":"m","prompt":"hi","cache_salt":"x"})")),
              HasSubstr("400 Bad Request"));
  EXPECT_THAT(Answered(*server.flavour, Chat(R"("temperature":-1)")),
              HasSubstr(R"({"object":"error","message":"require temperature >= 0)"));
}

TEST(TrtllmFlavourTest, ItsMetricsHaveAPathOfTheirOwn) {
  SimulatedServer server(TrtllmOptions());
  EXPECT_THAT(Answered(*server.flavour, GetOf("/prometheus/metrics")),
              HasSubstr("trtllm_spec_decode_num_draft_tokens_total{"));
  EXPECT_THAT(Answered(*server.flavour, GetOf("/metrics")), HasSubstr("\r\n\r\n[]"));
  FlavourOptions without = TrtllmOptions();
  without.metrics = false;
  SimulatedServer other(without);
  EXPECT_THAT(Answered(*other.flavour, GetOf("/prometheus/metrics")), HasSubstr("404 Not Found"));
}

TEST(TrtllmFlavourTest, IterationsAreThereForOneReader) {
  FlavourOptions without = TrtllmOptions();
  without.metrics = false;  // no collector
  SimulatedServer server(without);
  server.model.AddSequence({.prompt_tokens = 5, .output_tokens = 9, .acceptance = {1, 1, 1}},
                           MonoTime());
  while (server.model.StepEnd()) server.model.Advance(*server.model.StepEnd());
  EXPECT_THAT(Answered(*server.flavour, GetOf("/metrics")), HasSubstr(R"("numDraftTokens":3)"));
  EXPECT_THAT(Answered(*server.flavour, GetOf("/metrics")), HasSubstr("\r\n\r\n[]"));
}

TEST(TrtllmFlavourTest, RoutesOfItsOwn) {
  SimulatedServer server(TrtllmOptions());
  EXPECT_THAT(Answered(*server.flavour, GetOf("/v1/models")),
              HasSubstr(R"("owned_by":"tensorrt_llm")"));
  EXPECT_THAT(Answered(*server.flavour, GetOf("/version")), HasSubstr(R"({"version":")"));
  EXPECT_THAT(Answered(*server.flavour, GetOf("/flush_cache")), HasSubstr("404 Not Found"));
  EXPECT_EQ(server.flavour->ErrorEvents({}), "");
}

}  // namespace
}  // namespace specctl::sim
