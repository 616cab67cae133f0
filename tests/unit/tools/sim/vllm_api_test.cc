#include "tools/sim/vllm_api.h"

#include <gtest/gtest.h>

#include "golden_file.h"

namespace specctl::sim {
namespace {

VllmApiOptions Options() {
  VllmApiOptions options;
  options.rules.model = "tiny";
  options.rules.context_tokens_max = 4096;
  options.started = UnixTime(std::chrono::seconds(1795344845));
  options.metrics = [] { return std::string("metrics"); };
  return options;
}

HttpRequest Request(std::string method, std::string path) {
  HttpRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.content_type = "application/json";
  return request;
}

PlainReply Plain(const VllmApi& api, const HttpRequest& request) {
  auto answer = api.Answer(request);
  EXPECT_TRUE(std::holds_alternative<PlainReply>(answer));
  return std::holds_alternative<PlainReply>(answer) ? std::get<PlainReply>(answer) : PlainReply();
}

TEST(VllmApiTest, PlainRoutesAnswerAsRecorded) {
  const VllmApi api(Options());
  EXPECT_EQ(Plain(api, Request("GET", "/version")).body, BodyOf(VllmRecording("version.http")));
  EXPECT_EQ(PlainReplyBytes(Plain(api, Request("GET", "/health")),
                            {.date = UnixTime(std::chrono::seconds(1795344844))}),
            VllmRecording("health.http"));
  const PlainReply metrics = Plain(api, Request("GET", "/metrics"));
  EXPECT_EQ(metrics.body, "metrics");
  EXPECT_EQ(metrics.content_type, "text/plain; version=1.0.0; charset=utf-8");
}

TEST(VllmApiTest, TheModelIsListedWithItsContext) {
  std::string recorded = BodyOf(VllmRecording("models.http"));
  std::string body = Plain(VllmApi(Options()), Request("GET", "/v1/models")).body;
  recorded.replace(recorded.find("tinymodel"), 9, "tiny");
  for (std::string* text : {&recorded, &body}) text->replace(text->find("modelperm-") + 10, 16, "");
  EXPECT_EQ(body, recorded);
}

TEST(VllmApiTest, UnknownRoutesAndMethodsAreErrors) {
  const VllmApi api(Options());
  EXPECT_EQ(Plain(api, Request("GET", "/v1/nope")).status, 404);
  EXPECT_EQ(Plain(api, Request("GET", "/v1/chat/completions")).status, 405);
  EXPECT_EQ(Plain(api, Request("GET", "/v1/chat/completions")).allow, "POST");
  EXPECT_EQ(Plain(api, Request("POST", "/v1/models")).allow, "GET");
  VllmApiOptions without = Options();
  without.metrics = nullptr;
  EXPECT_EQ(Plain(VllmApi(without), Request("GET", "/metrics")).status, 404);
}

TEST(VllmApiTest, TheKeyIsAskedForOnV1Only) {
  VllmApiOptions options = Options();
  options.api_key = "secret-key";
  const VllmApi api(options);
  EXPECT_EQ(Plain(api, Request("GET", "/v1/models")).status, 401);
  EXPECT_EQ(Plain(api, Request("GET", "/health")).status, 200);
  EXPECT_EQ(Plain(api, Request("GET", "/metrics")).status, 200);
  HttpRequest with_key = Request("GET", "/v1/models");
  with_key.authorization = "Bearer secret-key";
  EXPECT_EQ(Plain(api, with_key).status, 200);
  with_key.authorization = "Bearer wrong";
  EXPECT_EQ(Plain(api, with_key).status, 401);
}

TEST(VllmApiTest, InferenceIsHandedOn) {
  const VllmApi api(Options());
  HttpRequest request = Request("POST", "/v1/completions");
  request.body = R"({"prompt":"hi"})";
  auto answer = api.Answer(request);
  ASSERT_TRUE(std::holds_alternative<InferenceRequest>(answer));
  EXPECT_EQ(std::get<InferenceRequest>(answer).route, Route::kCompletions);
  request.body = R"({"prompt":"hi","model":"other"})";
  EXPECT_EQ(Plain(api, request).status, 404);
}

TEST(VllmApiTest, ResponseIdsFollowTheRequestId) {
  const VllmApi api(Options());
  EXPECT_EQ(api.ResponseId(Route::kChat, "run-7f3a-12.0", 0), "chatcmpl-run-7f3a-12.0");
  EXPECT_EQ(api.ResponseId(Route::kCompletions, "a\"b\r\n c", 0), "cmpl-abc");
  EXPECT_EQ(api.ResponseId(Route::kChat, std::string(500, 'x'), 0).size(), 9u + 128);
  EXPECT_EQ(api.ResponseId(Route::kChat, "", 1).size(), 9u + 16);
  EXPECT_NE(api.ResponseId(Route::kChat, "", 1), api.ResponseId(Route::kChat, "", 2));
}

}  // namespace
}  // namespace specctl::sim
