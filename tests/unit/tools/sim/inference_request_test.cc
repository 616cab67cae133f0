#include "tools/sim/inference_request.h"

#include <gtest/gtest.h>

#include <string>

#include "golden_file.h"

namespace specctl::sim {
namespace {

RequestRules Rules() {
  RequestRules rules;
  rules.model = "tiny";
  rules.context_tokens_max = 4096;
  return rules;
}

std::variant<InferenceRequest, ApiError> Read(std::string_view json, Route route = Route::kChat,
                                              const RequestRules& rules = Rules()) {
  return ReadInferenceRequest({.route = route, .content_type = "application/json", .json = json},
                              rules);
}

InferenceRequest Good(std::string_view json, Route route = Route::kChat) {
  auto read = Read(json, route);
  EXPECT_TRUE(std::holds_alternative<InferenceRequest>(read)) << json;
  if (const ApiError* error = std::get_if<ApiError>(&read)) {
    ADD_FAILURE() << error->message;
    return {};
  }
  return std::get<InferenceRequest>(read);
}

std::string ErrorBody(const std::variant<InferenceRequest, ApiError>& read) {
  const ApiError* error = std::get_if<ApiError>(&read);
  return error == nullptr ? "no error" : ErrorReply(*error).body;
}

// A chat request with `fields` beside model and messages.
std::string ChatWith(const std::string& fields) {
  return R"({"model":"tiny","messages":[{"role":"user","content":"Write a short story about a )"
         R"(lighthouse keeper."}],)" +
         fields + "}";
}

TEST(InferenceRequestTest, AChatRequestIsRead) {
  const InferenceRequest request = Good(ChatWith(
      R"("max_tokens":24,"temperature":0,"stream":true,"ignore_eos":true,"min_tokens":3,"seed":9,)"
      R"("return_token_ids":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true})"));
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.include_usage);
  EXPECT_TRUE(request.continuous_usage);
  EXPECT_TRUE(request.return_token_ids);
  EXPECT_TRUE(request.ignore_eos);
  EXPECT_EQ(request.max_tokens, 24u);
  EXPECT_EQ(request.min_tokens, 3u);
  EXPECT_EQ(request.seed, 9u);
  EXPECT_EQ(request.category, "writing");
  EXPECT_GT(request.prompt_tokens, 10u);
}

TEST(InferenceRequestTest, PromptsThatDifferHaveOtherHashes) {
  const auto hash = [](const char* text) {
    return Good(std::string(R"({"messages":[{"role":"user","content":")") + text + "\"}]}")
        .prompt_hash;
  };
  EXPECT_EQ(hash("a"), hash("a"));
  EXPECT_NE(hash("a"), hash("b"));
}

TEST(InferenceRequestTest, ContentMayBeParts) {
  const InferenceRequest plain =
      Good(R"({"messages":[{"role":"user","content":"one two"}],"stream":true})");
  const InferenceRequest parts = Good(
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"one two"}]}],"stream":true})");
  EXPECT_EQ(plain.prompt_hash, parts.prompt_hash);
}

TEST(InferenceRequestTest, WithoutALimitAChatMayFillTheContextAndACompletionGetsSixteen) {
  const InferenceRequest chat = Good(R"({"messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(chat.prompt_tokens + chat.max_tokens, 4096u);
  EXPECT_EQ(Good(R"({"prompt":"hi"})", Route::kCompletions).max_tokens, 16u);
}

TEST(InferenceRequestTest, ACompletionTakesTextOrTokenIds) {
  EXPECT_EQ(Good(R"({"prompt":"12345678"})", Route::kCompletions).prompt_tokens, 3u);
  EXPECT_EQ(Good(R"({"prompt":["12345678"]})", Route::kCompletions).prompt_tokens, 3u);
  EXPECT_EQ(Good(R"({"prompt":[5,6,7,8]})", Route::kCompletions).prompt_tokens, 4u);
  EXPECT_EQ(
      ErrorBody(Read(R"({"prompt":["a","b"]})", Route::kCompletions)),
      R"({"error":{"message":"prompt: the simulated engine takes one text or one list of token )"
      R"(ids","type":"BadRequestError","param":"prompt","code":400}})");
}

TEST(InferenceRequestTest, ContinuousUsageAloneIsIgnoredWithoutAWord) {
  const InferenceRequest request =
      Good(ChatWith(R"("stream":true,"stream_options":{"continuous_usage_stats":true})"));
  EXPECT_FALSE(request.include_usage);
  EXPECT_FALSE(request.continuous_usage);
}

TEST(InferenceRequestTest, TheCategoryCanBeGiven) {
  EXPECT_EQ(Good(ChatWith(R"("category":"math")")).category, "math");
  const std::string json = ChatWith(R"("category":"math")");
  const auto read = ReadInferenceRequest({.route = Route::kChat,
                                          .content_type = "application/json; charset=utf-8",
                                          .json = json,
                                          .category = "qa"},
                                         Rules());
  EXPECT_EQ(std::get<InferenceRequest>(read).category, "qa");
}

TEST(InferenceRequestTest, RecordedErrorsAreWrittenByteForByte) {
  const auto recorded = [](const char* name) { return BodyOf(VllmRecording(name)); };
  EXPECT_EQ(ErrorBody(Read(ChatWith(R"("max_tokens":100000,"stream":true)"))),
            recorded("error_400_max_tokens_too_large.http"));
  EXPECT_EQ(ErrorBody(Read(R"({"model":"tiny","messages":[)")),
            recorded("error_malformed_json.http"));
  EXPECT_EQ(ErrorBody(Read(R"({"model":"tiny","stream":true})")),
            recorded("error_missing_messages.http"));
  EXPECT_EQ(ErrorBody(Read(ChatWith(R"("n":0)"))), recorded("error_n_zero.http"));
  EXPECT_EQ(ErrorBody(Read(ChatWith(R"("temperature":-1)"))),
            recorded("error_negative_temperature.http"));
  EXPECT_EQ(ErrorBody(Read(ChatWith(R"("stream_options":{"include_usage":true})"))),
            recorded("error_stream_options_without_stream.http"));
  EXPECT_EQ(ErrorBody(Read(ChatWith(R"("max_tokens":"many")"))), recorded("error_wrong_type.http"));
  EXPECT_EQ(ErrorBody(ReadInferenceRequest({.content_type = "text/plain", .json = "{}"}, Rules())),
            recorded("error_not_json_type.http"));
  const std::string long_prompt = R"({"messages":[{"role":"user","content":")" +
                                  std::string(30'000, 'w') + R"("}],"max_tokens":24})";
  EXPECT_EQ(ErrorBody(Read(long_prompt)), recorded("error_400_prompt_too_long.http"));
}

TEST(InferenceRequestTest, PromptAndReplyTogetherMustFit) {
  const auto read = Read(ChatWith(R"("max_tokens":4090)"));
  ASSERT_TRUE(std::holds_alternative<ApiError>(read));
  EXPECT_EQ(std::get<ApiError>(read).status, 400);
  EXPECT_EQ(std::get<ApiError>(read).param, "input_tokens");
}

TEST(InferenceRequestTest, ContinuousUsageCanBeRefused) {
  RequestRules rules = Rules();
  rules.refuse_continuous_usage = true;
  const std::string with = ChatWith(
      R"("stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true})");
  EXPECT_EQ(
      ErrorBody(Read(with, Route::kChat, rules)),
      "{\"error\":{\"message\":\"1 validation error:\\n  {'type': 'extra_forbidden', 'loc': "
      "'body.stream_options.continuous_usage_stats', 'msg': 'Extra inputs are not permitted', "
      "'input': True}\",\"type\":\"Bad Request\",\"param\":"
      "\"body.stream_options.continuous_usage_stats\",\"code\":400}}");
  const std::string without = ChatWith(R"("stream":true,"stream_options":{"include_usage":true})");
  EXPECT_TRUE(std::holds_alternative<InferenceRequest>(Read(without, Route::kChat, rules)));
}

TEST(InferenceRequestTest, WhatTheEngineRefusesIsNoErrorOfTheRequest) {
  EXPECT_TRUE(Good(ChatWith(R"("logit_bias":{"100":5})")).refused_by_engine.has_value());
  EXPECT_TRUE(Good(ChatWith(R"("min_p":0.1)")).refused_by_engine.has_value());
  EXPECT_FALSE(Good(ChatWith(R"("min_p":0)")).refused_by_engine.has_value());
  RequestRules plain = Rules();
  plain.speculative = false;
  const auto read = Read(ChatWith(R"("min_p":0.1)"), Route::kChat, plain);
  EXPECT_FALSE(std::get<InferenceRequest>(read).refused_by_engine.has_value());
}

TEST(InferenceRequestTest, OddBodiesAreErrorsAndNothingWorse) {
  for (const char* body :
       {"", "[]", "3", "null", "\"x\"", R"({"messages":3})", R"({"messages":[]})",
        R"({"messages":[3]})", R"({"messages":[{}]})", R"({"messages":[{"role":"u"}],"n":2})",
        R"({"messages":[{"role":"u"}],"stream":"yes"})",
        R"({"messages":[{"role":"u"}],"stream":true,"stream_options":3})",
        R"({"messages":[{"role":"u"}],"max_tokens":0})",
        R"({"messages":[{"role":"u"}],"max_tokens":1.5})",
        R"({"messages":[{"role":"u"}],"max_tokens":99999999999999999999})",
        R"({"messages":[{"role":"u"}],"model":7})", "{\"messages\":\"\xff\"}"}) {
    const auto read = Read(body);
    ASSERT_TRUE(std::holds_alternative<ApiError>(read)) << body;
    EXPECT_EQ(std::get<ApiError>(read).status, 400) << body;
  }
}

}  // namespace
}  // namespace specctl::sim
