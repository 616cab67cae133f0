#include "controller/probe/target_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "tests/fakes/answering_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::controller {
namespace {

using fakes::AnsweringServer;
using fakes::PlainResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kModels[] = "GET /v1/models ";
constexpr char kVersion[] = "GET /version ";
constexpr char kMetrics[] = "GET /metrics ";
constexpr char kInference[] = "POST /v1/chat/completions ";

std::string Answer(const std::string& body) { return PlainResponse("200 OK", body); }

// A server that answers as vLLM does, but where a test says otherwise by the head of the request.
class TargetProbeTest : public ::testing::Test {
 protected:
  TargetProbeTest() {
    answers_ = {
        {kModels, Answer(R"({"data":[{"id":"llama","max_model_len":8192},{"id":"lora"}]})")},
        {kVersion, Answer(R"({"version":"0.32.0"})")},
        {kMetrics, PlainResponse("200 OK", "vllm:num_requests_running 0\n", "text/plain")},
        {kInference, fakes::WholeStream()}};
    input_.fetch.timeout = seconds(30);
    input_.url = server_.Url();
  }

  absl::StatusOr<TargetProbed> Probe() { return ProbeTarget(input_); }
  // Requests whose head is `head`.
  std::vector<std::string> Asked(const std::string& head) const {
    std::vector<std::string> asked;
    for (std::string& request : server_.requests()) {
      if (request.starts_with(head)) asked.push_back(std::move(request));
    }
    return asked;
  }
  void ExpectRefused(absl::StatusCode code, const std::string& why) {
    const auto probed = Probe();
    EXPECT_EQ(probed.status().code(), code) << probed.status();
    EXPECT_THAT(std::string(probed.status().message()), HasSubstr(why));
  }

  ProbeInput input_;
  // Read by the server's thread while a probe runs, written between probes.
  std::map<std::string, std::string> answers_;
  // Where set, it goes before answers_: the response, or nullopt.
  std::function<std::optional<std::string>(const std::string& request)> first_;
  AnsweringServer server_{[this](const std::string& request) {
    if (first_) {
      if (auto response = first_(request)) return *std::move(response);
    }
    for (const auto& [head, response] : answers_) {
      if (request.starts_with(head)) return response;
    }
    return PlainResponse("404 Not Found", "{}");
  }};
};

TEST_F(TargetProbeTest, AllThatARunMustKnowIsFound) {
  input_.authorization = "Bearer k";
  input_.headers = {{"X-Tenant", "me"}};
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->url, server_.Url());
  EXPECT_EQ(probed->engine, "vllm");
  EXPECT_EQ(probed->identity.version, "0.32.0");
  EXPECT_EQ(probed->model, "llama");
  EXPECT_EQ(probed->max_model_len_tokens, 8192u);
  EXPECT_THAT(probed->served_models, ElementsAre("llama", "lora"));
  EXPECT_EQ(probed->token_source, TokenSource::kContinuousUsage);
  EXPECT_THAT(probed->dialect, HasSubstr("continuous_usage_stats"));
  EXPECT_FALSE(probed->per_request_statistics);
  EXPECT_EQ(probed->metrics_url, server_.Url() + "/metrics");
  EXPECT_EQ(probed->metrics_note, "");
  for (const std::string& request : server_.requests()) {
    EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer k\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nX-Tenant: me\r\n"));
  }
}

// --- whether it is there ------------------------------------------------------------------------

TEST_F(TargetProbeTest, NobodyThereIsUnavailable) {
  input_.url = fakes::RefusingUrl();
  ExpectRefused(absl::StatusCode::kUnavailable, input_.url + "/v1/models: connect: ");
}

TEST_F(TargetProbeTest, ASilentServerIsLeftAfterTheTime) {
  answers_[kModels] = "";
  input_.fetch.timeout = milliseconds(50);
  ExpectRefused(absl::StatusCode::kDeadlineExceeded, "/v1/models: no answer within 0.05 s");
}

TEST_F(TargetProbeTest, WhatIsNoLlmServerIsSaidToBeNone) {
  answers_[kModels] = PlainResponse("200 OK", "<html>hello</html>", "text/html");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "not an OpenAI-compatible server");
  answers_[kModels] = PlainResponse("404 Not Found", "no", "text/html");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "answered 404 text/html");
  answers_[kModels] = "* OK IMAP4rev1 ready\r\n\r\n";
  ExpectRefused(absl::StatusCode::kInvalidArgument, "/v1/models: ");
}

TEST_F(TargetProbeTest, ABodyOverTheLimitIsUnavailable) {
  input_.fetch.body_bytes_max = 10;
  ExpectRefused(absl::StatusCode::kUnavailable, "a body of more than 10 bytes");
}

TEST_F(TargetProbeTest, AServerThatLoadsIsUnavailable) {
  answers_[kModels] = PlainResponse("503 Service Unavailable", R"({"message":"loading"})");
  ExpectRefused(absl::StatusCode::kUnavailable, "answered 503: ");
}

TEST_F(TargetProbeTest, AMissingKeyIsUnauthenticated) {
  answers_[kModels] = PlainResponse("401 Unauthorized", R"({"error":"Unauthorized"})");
  ExpectRefused(absl::StatusCode::kUnauthenticated,
                "answered 401: Unauthorized (--api-key-env names the variable");
  input_.credential = "the key in $VAR";
  ExpectRefused(absl::StatusCode::kUnauthenticated, "(the key in $VAR is refused)");
}

TEST_F(TargetProbeTest, AUrlThatIsNoneIsAnInvalidArgument) {
  input_.url = "ftp://host";
  ExpectRefused(absl::StatusCode::kInvalidArgument, "ftp://host");
}

// --- the model ----------------------------------------------------------------------------------

TEST_F(TargetProbeTest, TheModelThatIsAskedForIsTaken) {
  input_.model = "lora";
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->model, "lora");
  EXPECT_FALSE(probed->max_model_len_tokens.has_value());
  EXPECT_THAT(Asked(kInference).at(0), HasSubstr(R"("model":"lora")"));
}

TEST_F(TargetProbeTest, AModelThatIsNotThereNamesThoseThatAre) {
  input_.model = "gpt";
  ExpectRefused(absl::StatusCode::kInvalidArgument, "which serves: llama, lora");
  EXPECT_THAT(Asked(kInference), IsEmpty());
}

TEST_F(TargetProbeTest, AServerNeedNotListAModelThatIsNamed) {
  for (const char* status : {"404 Not Found", "401 Unauthorized", "500 Internal Server Error"}) {
    answers_[kModels] = PlainResponse(status, "<html>", "text/html");
    input_.model = "toy";
    const auto probed = Probe();
    ASSERT_TRUE(probed.ok()) << probed.status();
    EXPECT_EQ(probed->model, "toy");
    EXPECT_THAT(probed->served_models, IsEmpty());
  }
  EXPECT_THAT(Asked(kInference).at(0), HasSubstr(R"("model":"toy")"));
  answers_[kModels] = "";  // says nothing
  input_.fetch.timeout = seconds(2);
  EXPECT_TRUE(Probe().ok());
  input_.model = "";
  answers_[kModels] = PlainResponse("404 Not Found", "", "text/html");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "name it with --model");
}

// --- metrics ------------------------------------------------------------------------------------

TEST_F(TargetProbeTest, MetricsThatAreNotThereAreANoteOnly) {
  answers_[kMetrics] = PlainResponse("404 Not Found", "");
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->metrics_url, "");
  EXPECT_EQ(probed->metrics_note, "GET " + server_.Url() + "/metrics: status 404");
}

TEST_F(TargetProbeTest, MetricsThatAreNotWantedAreNotAskedFor) {
  input_.want_metrics = false;
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_THAT(probed->metrics_note, HasSubstr("--no-server-metrics"));
  EXPECT_THAT(Asked(kMetrics), IsEmpty());
}

// --- the test inference -------------------------------------------------------------------------

TEST_F(TargetProbeTest, AServerThatRefusesContinuousUsageIsAskedWithoutIt) {
  first_ = [](const std::string& request) -> std::optional<std::string> {
    if (request.find("continuous_usage_stats") == std::string::npos) return std::nullopt;
    return PlainResponse("400 Bad Request",
                         R"({"error":{"message":"stream_options: unknown field"}})");
  };
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_THAT(probed->dialect, Not(HasSubstr("continuous_usage_stats")));
  EXPECT_THAT(probed->dialect, HasSubstr("return_token_ids"));
  EXPECT_EQ(Asked(kInference).size(), 2u);
  EXPECT_THAT(Asked(kInference).at(1), Not(HasSubstr("continuous_usage_stats")));
}

TEST_F(TargetProbeTest, AServerThatRefusesStreamOptionsIsAskedWithoutThem) {
  for (const char* status : {"400 Bad Request", "422 Unprocessable", "500 Internal Server Error"}) {
    first_ = [status](const std::string& request) -> std::optional<std::string> {
      if (request.find("stream_options") == std::string::npos) return std::nullopt;
      return PlainResponse(status, R"({"error":{"message":"extra fields not permitted"}})");
    };
    const auto probed = Probe();
    ASSERT_TRUE(probed.ok()) << probed.status();
    EXPECT_FALSE(probed->stream_options);
    EXPECT_THAT(probed->dialect, Not(HasSubstr("stream_options")));
  }
  first_ = nullptr;
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_TRUE(probed->stream_options);
}

TEST_F(TargetProbeTest, ItAsksForAFewTokensWhateverTheRunAsksFor) {
  input_.request.extra_inputs_json = R"({"max_tokens":4096,"min_tokens":4096,"ignore_eos":true})";
  ASSERT_TRUE(Probe().ok());
  EXPECT_THAT(Asked(kInference).at(0), HasSubstr(R"("max_tokens":8,"min_tokens":8)"));
}

// Usage of each chunk alone, where usage is asked for on them, and token ids where they are.
std::optional<std::string> UsageOfEachChunk(const std::string& request) {
  if (!request.starts_with(kInference)) return std::nullopt;
  const bool ids = request.find("return_token_ids") != std::string::npos;
  std::string events;
  for (int i = 0; i < 5; ++i) {
    events += fakes::EventBytes(
        std::string(R"({"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null)") +
        (ids ? R"(,"token_ids":[7]}]})" : R"(}],"usage":{"completion_tokens":1}})"));
  }
  events += fakes::EventBytes(R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}]})") +
            fakes::UsageEvent(5) + fakes::DoneEvent();
  return PlainResponse("200 OK", events, "text/event-stream");
}

TEST_F(TargetProbeTest, UsageWithAFaultIsNotUsedAndTheNextSourceIsFound) {
  first_ = UsageOfEachChunk;
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->usage_fault, TokenFault::kUsageStalls);
  EXPECT_THAT(probed->dialect, HasSubstr("\"ignore_usage_on_chunks\":true"));
  EXPECT_THAT(probed->dialect, HasSubstr("return_token_ids"));
  EXPECT_EQ(probed->token_source, TokenSource::kTokenIds);
  EXPECT_EQ(Asked(kInference).size(), 2u);
}

TEST_F(TargetProbeTest, WithoutTokenIdsTheSameAnswerIsReadAgain) {
  first_ = UsageOfEachChunk;
  answers_[kMetrics] = PlainResponse("404 Not Found", "");
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->engine, "openai");
  EXPECT_EQ(probed->usage_fault, TokenFault::kUsageStalls);
  EXPECT_EQ(probed->token_source, TokenSource::kTotalsOnly);
  EXPECT_EQ(Asked(kInference).size(), 1u);
}

TEST_F(TargetProbeTest, AnInferenceThatIsRefusedSaysWhetherItIsWorthARepeat) {
  const std::string body = R"({"error":{"message":"no such thing"}})";
  const std::map<std::string, absl::StatusCode> codes = {
      {"400 Bad Request", absl::StatusCode::kFailedPrecondition},
      {"403 Forbidden", absl::StatusCode::kUnauthenticated},
      {"429 Too Many Requests", absl::StatusCode::kUnavailable},
      {"500 Internal Server Error", absl::StatusCode::kUnavailable}};
  for (const auto& [status, code] : codes) {
    answers_[kInference] = PlainResponse(status, body);
    ExpectRefused(code,
                  "/v1/chat/completions: HTTP status " + status.substr(0, 3) + ": no such thing");
  }
}

TEST_F(TargetProbeTest, AnAnswerThatIsNoWholeStreamIsRefused) {
  const auto stream = [](const std::string& events) {
    return PlainResponse("200 OK", events, "text/event-stream");
  };
  const std::map<std::string, std::string> answers = {
      {Answer("{}"), "need a stream (text/event-stream), got application/json"},
      {Answer(R"({"error":{"message":"quota is used up","code":429}})"),
       "HTTP status 200 with an error instead of a stream, code 429: quota is used up"},
      {"HTTP/1.1 307 Moved\r\nLocation: http://gpu-2/\r\nContent-Length: 0\r\n\r\n",
       "HTTP status 307: redirect to http://gpu-2/"},
      {stream("event: error\n: worker 3 lost its KV cache\n\n"),
       "error event: worker 3 lost its KV cache"},
      {stream(fakes::TokenEvent("Hello", 1)), "the stream ended without a finish reason"},
      {stream(fakes::EventBytes("{oops")), "/v1/chat/completions: "},
      {stream(fakes::EventBytes(R"({"error":{"message":"engine died"}})")),
       "error event: engine died"}};
  for (const auto& [answer, why] : answers) {
    answers_[kInference] = answer;
    ExpectRefused(absl::StatusCode::kFailedPrecondition, why);
  }
}

TEST_F(TargetProbeTest, TheInferenceHasATimeOfItsOwn) {
  answers_[kInference] = "";
  input_.inference_timeout = milliseconds(50);
  ExpectRefused(absl::StatusCode::kDeadlineExceeded,
                "/v1/chat/completions: no answer within 0.05 s");
}

// --- its drafts ---------------------------------------------------------------------------------

TEST_F(TargetProbeTest, AServerThatSaysNothingOfDraftsIsNoFault) {
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->identity.speculation_method, "");
  EXPECT_FALSE(probed->identity.draft_length.has_value());
  EXPECT_EQ(Asked("GET /server_info?config_format=json ").size(), 1u);
}

TEST_F(TargetProbeTest, DraftsAreFoundInTheConfigurationThenInTheMetrics) {
  answers_["GET /server_info?config_format=json "] = Answer(
      R"({"vllm_config":{"speculative_config":{"method":"ngram","num_speculative_tokens":5}}})");
  answers_[kMetrics] = PlainResponse(
      "200 OK", "vllm:spec_decode_num_accepted_tokens_per_pos_total{position=\"0\"} 0\n",
      "text/plain");
  auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->identity.speculation_method, "ngram");
  EXPECT_EQ(probed->identity.draft_length, 5u);
  answers_["GET /server_info?config_format=json "] = PlainResponse("404 Not Found", "{}");
  probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->identity.speculation_method, "");
  EXPECT_EQ(probed->identity.draft_length, 1u);
}

TEST_F(TargetProbeTest, DraftsAreFoundInTheAnswerOfTheInference) {
  answers_[kInference] = PlainResponse(
      "200 OK",
      fakes::TokenEvent("a", 1) + fakes::FinishEvent(1) +
          fakes::EventBytes(R"({"choices":[],"usage":{"completion_tokens":1},"metrics":)"
                            R"({"speculative_decoding":{"num_spec_steps":1,"num_spec_tokens":3,)"
                            R"("num_draft_tokens":3,"num_accepted_draft_tokens":0}}})"),
      "text/event-stream");
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->identity.draft_length, 3u);
  EXPECT_TRUE(probed->per_request_statistics);
}

TEST_F(TargetProbeTest, GenerateIsSglangsAloneAndNamesNoModel) {
  input_.request.endpoint = Endpoint::kGenerate;
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "is vLLM, and only SGLang has that route");
  answers_ = {{kModels, Answer(R"({"data":[{"id":"llama","owned_by":"sglang"},{"id":"lora"}]})")}};
  input_.model = "lora";
  ExpectRefused(absl::StatusCode::kInvalidArgument, "--model: requests to /generate name no model");
  EXPECT_THAT(Asked("POST "), IsEmpty());
}

TEST_F(TargetProbeTest, SglangIsAskedUnderBothNames) {
  answers_[kMetrics] = PlainResponse("404 Not Found", "");
  answers_[kVersion] = PlainResponse("404 Not Found", "");
  answers_["GET /get_server_info "] =
      Answer(R"({"speculative_algorithm":"EAGLE3","speculative_num_draft_tokens":4})");
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->engine, "sglang");
  EXPECT_THAT(probed->dialect, HasSubstr("return_spec_tokens_details"));
  EXPECT_EQ(probed->identity.speculation_method, "EAGLE3");
  EXPECT_EQ(probed->identity.draft_length, 3u);
  EXPECT_EQ(Asked("GET /server_info ").size(), 1u);
}

// --- the engine ---------------------------------------------------------------------------------

TEST_F(TargetProbeTest, MetricsAreAskedForWhereTheEngineHasThem) {
  answers_[kModels] = Answer(R"({"data":[{"id":"m","owned_by":"tensorrt_llm"}]})");
  answers_["GET /prometheus/metrics "] =
      PlainResponse("200 OK", "trtllm_num_requests_running 0\n", "text/plain");
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->engine, "trtllm");
  EXPECT_EQ(probed->metrics_url, server_.Url() + "/prometheus/metrics");
  EXPECT_EQ(probed->identity.version, "0.32.0");
  // Its /metrics takes away what its other readers would get.
  EXPECT_THAT(Asked(kMetrics), IsEmpty());
}

TEST_F(TargetProbeTest, MetricsOfAnUnknownEngineTellWhichItIs) {
  answers_[kMetrics] = PlainResponse("200 OK", "sglang:num_running_reqs 0\n", "text/plain");
  auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->engine, "sglang");
  answers_["GET /v1/metrics "] =
      PlainResponse("200 OK", "vllm:num_requests_running 0\n", "text/plain");
  answers_["GET /v1/version "] = Answer(R"({"release":"2.0.4","api":"1"})");
  probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->engine, "nim");
  EXPECT_EQ(probed->identity.version, "2.0.4");
  EXPECT_EQ(probed->metrics_url, server_.Url() + "/v1/metrics");
}

TEST_F(TargetProbeTest, AnEngineThatIsNamedOverridesWhatIsNotKnown) {
  answers_[kMetrics] = PlainResponse("404 Not Found", "");
  input_.engine = "sglang";
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_EQ(probed->engine, "sglang");
  EXPECT_THAT(Asked(kInference).at(0), HasSubstr("return_spec_tokens_details"));
}

TEST_F(TargetProbeTest, AServerThatIsAnotherEngineThanNamedIsRefused) {
  answers_[kModels] = Answer(R"({"data":[{"id":"m","owned_by":"vllm"}]})");
  input_.engine = "sglang";
  ExpectRefused(absl::StatusCode::kInvalidArgument,
                "--engine sglang: " + server_.Url() + " is vLLM by its own account");
  EXPECT_THAT(Asked(kInference), IsEmpty());
  // NIM is vLLM within.
  input_.engine = "nim";
  EXPECT_TRUE(Probe().ok());
}

TEST_F(TargetProbeTest, AFieldOfAnEngineThatAServerRefusesIsLeftOut) {
  input_.engine = "sglang";
  answers_[kMetrics] = PlainResponse("404 Not Found", "");
  first_ = [](const std::string& request) -> std::optional<std::string> {
    if (request.find("return_spec_tokens_details") == std::string::npos) return std::nullopt;
    return PlainResponse("400 Bad Request", R"({"message":"extra fields not permitted"})");
  };
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_THAT(probed->dialect, HasSubstr("continuous_usage_stats"));
  EXPECT_THAT(probed->dialect, Not(HasSubstr("return_spec_tokens_details")));
}

// One before vLLM that knows OpenAI's fields alone.
TEST_F(TargetProbeTest, AStrictGatewayIsAskedForNothingBesides) {
  for (const char* refused : {"stream_options", "continuous_usage_stats"}) {
    first_ = [refused](const std::string& request) -> std::optional<std::string> {
      const bool taken = request.find(refused) == std::string::npos &&
                         request.find("return_token_ids") == std::string::npos;
      if (taken || !request.starts_with(kInference)) return std::nullopt;
      return PlainResponse("400 Bad Request", R"({"message":"extra fields not permitted"})");
    };
    const auto probed = Probe();
    ASSERT_TRUE(probed.ok()) << probed.status();
    EXPECT_THAT(probed->dialect, Not(HasSubstr("return_token_ids")));
    EXPECT_THAT(probed->dialect, Not(HasSubstr(refused)));
  }
}

TEST_F(TargetProbeTest, TheFirstPlaceSaysWhyThereAreNoMetrics) {
  answers_[kModels] = Answer(R"({"data":[{"id":"m","owned_by":"vllm"}]})");
  answers_[kMetrics] = PlainResponse("403 Forbidden", "");
  const auto probed = Probe();
  ASSERT_TRUE(probed.ok()) << probed.status();
  EXPECT_THAT(probed->metrics_note, HasSubstr("/metrics: status 403"));
}

// --- waiting ------------------------------------------------------------------------------------

TEST_F(TargetProbeTest, WithoutPatienceItAsksOnce) {
  answers_[kModels] = PlainResponse("503 Service Unavailable", "{}");
  std::vector<std::string> said;
  const auto say = [&](std::string_view text) { said.emplace_back(text); };
  const absl::Status refused = WaitUntilReady(input_, Nanos(0), say).status();
  EXPECT_TRUE(absl::IsUnavailable(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("(--wait-ready 5m waits for a server"));
  EXPECT_EQ(Asked(kModels).size(), 1u);
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(TargetProbeTest, WithPatienceItAsksAgainAndSaysSoOnce) {
  std::atomic<int> asked = 0;
  first_ = [&](const std::string& request) -> std::optional<std::string> {
    if (!request.starts_with(kModels) || ++asked > 1) return std::nullopt;
    return PlainResponse("503 Service Unavailable", R"({"message":"loading"})");
  };
  std::vector<std::string> said;
  const auto say = [&](std::string_view text) { said.emplace_back(text); };
  const auto probed = WaitUntilReady(input_, seconds(60), say);
  EXPECT_TRUE(probed.ok()) << probed.status();
  EXPECT_THAT(said, ElementsAre(StartsWith("waiting for " + server_.Url() + ": ")));
}

TEST_F(TargetProbeTest, WhatIsWrongForGoodIsNotWaitedFor) {
  input_.model = "gpt";
  std::vector<std::string> said;
  const auto say = [&](std::string_view text) { said.emplace_back(text); };
  EXPECT_TRUE(absl::IsInvalidArgument(WaitUntilReady(input_, seconds(60), say).status()));
  EXPECT_EQ(Asked(kModels).size(), 1u);
}

}  // namespace
}  // namespace specctl::controller
