// The simulated engine in the words of each engine: what clients get, what its metrics count, and
// what really happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "sim_process.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

namespace json = boost::json;

constexpr int kRequests = 24;
constexpr int kTokens = 50;

std::vector<std::string> Played(const std::string& engine, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--engine", engine, "--enable-metrics", "--step-ms", "1",
                           "--step-ms-per-seq", "0", "--draft-ms", "0", "--max-batch", "8"});
  return more;
}

std::string Asked(const std::string& prompt, const std::string& more = "") {
  return R"({"model":"sim","messages":[{"role":"user","content":")" + prompt +
         R"("}],"stream":true,"stream_options":{"include_usage":true},"ignore_eos":true,)" + more +
         R"("max_tokens":)" + std::to_string(kTokens) + "}";
}

// Replies to requests that are made at once, half of them of each of two categories.
std::vector<std::string> Load(const SimProcess& sim, const std::string& more = "") {
  std::vector<std::unique_ptr<SimClient>> clients;
  for (int i = 0; i < kRequests; ++i) {
    clients.push_back(std::make_unique<SimClient>(sim.port()));
    const std::string category = i % 2 == 0 ? "math" : "coding";
    clients.back()->Send(PostBytes(kChat, Asked("prompt " + std::to_string(i), more),
                                   "X-Category: " + category + "\r\n"));
  }
  std::vector<std::string> bodies;
  for (const auto& client : clients) {
    const auto reply = client->ReadReply();
    EXPECT_EQ(reply.ended, SimClient::Ended::kComplete);
    EXPECT_EQ(CompletionTokens(reply.body), kTokens);
    bodies.push_back(reply.body);
  }
  return bodies;
}

std::string GetBody(const SimProcess& sim, const std::string& path) {
  SimClient client(sim.port());
  return client.Get(path).body;
}

json::object Truth(const SimProcess& sim) {
  return json::parse(GetBody(sim, "/sim/truth")).as_object();
}

int64_t Count(const json::object& truth, const char* name) { return truth.at(name).as_int64(); }

// The last number that follows `name` in `text`.
int64_t LastNumber(const std::string& text, const std::string& name) {
  const size_t at = text.rfind("\"" + name + "\":");
  EXPECT_NE(at, std::string::npos) << name;
  return at == std::string::npos ? -1 : std::stoll(text.substr(at + name.size() + 3));
}

int64_t SumOf(const std::vector<std::string>& bodies, const std::string& name) {
  int64_t sum = 0;
  for (const std::string& body : bodies) sum += LastNumber(body, name);
  return sum;
}

TEST(SimFlavoursTest, TheTruthIsToldByCategoryForEveryEngine) {
  for (const char* engine : {"vllm", "sglang", "trtllm", "llamacpp"}) {
    std::vector<std::string> flags = Played(engine);
    if (std::string(engine) == "vllm") std::erase(flags, "--enable-metrics");
    SimProcess sim(flags);
    Load(sim);
    const json::object truth = Truth(sim);
    EXPECT_EQ(Count(truth, "requests"), kRequests) << engine;
    EXPECT_EQ(Count(truth, "generation_tokens"), kRequests * kTokens) << engine;
    EXPECT_GT(Count(truth, "accepted_tokens"), 0) << engine;
    int64_t accepted = 0;
    for (const char* category : {"math", "coding"}) {
      const json::object& part = truth.at("categories").as_object().at(category).as_object();
      EXPECT_EQ(Count(part, "requests"), kRequests / 2) << engine;
      accepted += Count(part, "accepted_tokens");
    }
    EXPECT_EQ(accepted, Count(truth, "accepted_tokens")) << engine;
  }
}

TEST(SimFlavoursTest, SglangsDetailsAndCountersAreTheTruth) {
  SimProcess sim(Played("sglang", {"--merge-share", "0.3", "--textless-share", "0.1"}));
  const auto bodies = Load(sim, R"("return_spec_tokens_details":true,)");
  const json::object truth = Truth(sim);
  EXPECT_EQ(SumOf(bodies, "spec_verify_ct"), Count(truth, "decode_steps"));
  EXPECT_EQ(SumOf(bodies, "spec_num_correct_drafts"), Count(truth, "accepted_tokens"));
  EXPECT_EQ(SumOf(bodies, "spec_num_proposed_drafts"), Count(truth, "draft_tokens"));
  const std::string metrics = GetBody(sim, "/metrics");
  const double verify = MetricValue(metrics, "sglang:spec_verify_calls_total");
  EXPECT_EQ(verify, Count(truth, "decode_steps"));
  EXPECT_EQ(
      MetricValue(metrics, "sglang:realtime_tokens_total{engine_type=\"unified\",mode=\"decode\"") -
          verify,
      Count(truth, "accepted_tokens"));
}

TEST(SimFlavoursTest, TensorRtLlmsCountersAreTheTruthUnlessAReaderTakesThem) {
  SimProcess sim(Played("trtllm"));
  Load(sim);
  const json::object truth = Truth(sim);
  const std::string metrics = GetBody(sim, "/prometheus/metrics");
  EXPECT_EQ(MetricValue(metrics, "trtllm_spec_decode_num_draft_tokens_total"),
            Count(truth, "draft_tokens"));
  EXPECT_EQ(MetricValue(metrics, "trtllm_spec_decode_num_accepted_tokens_total"),
            Count(truth, "accepted_tokens"));
  EXPECT_EQ(GetBody(sim, "/metrics"), "[]");  // the collector has had them
}

TEST(SimFlavoursTest, LlamaCppsTimingsAndCountersAreTheTruth) {
  SimProcess sim(Played("llamacpp", {"--draft-length", "4", "--textless-share", "0.1"}));
  const auto bodies = Load(sim);
  const json::object truth = Truth(sim);
  EXPECT_EQ(SumOf(bodies, "draft_n"), Count(truth, "draft_tokens"));
  EXPECT_EQ(SumOf(bodies, "draft_n_accepted"), Count(truth, "accepted_tokens"));
  const std::string metrics = GetBody(sim, "/metrics");
  EXPECT_EQ(MetricValue(metrics, "llamacpp:spec_decode_num_drafts_total"), Count(truth, "drafts"));
  EXPECT_EQ(MetricValue(metrics, "llamacpp:tokens_predicted_total"), kRequests * kTokens);
}

TEST(SimFlavoursTest, LlamaCppClosesAfterAStreamThoughItsHeadSaysOtherwise) {
  SimProcess sim(Played("llamacpp"));
  SimClient client(sim.port());
  const auto reply = client.Post(kChat, Asked("hello"));
  EXPECT_THAT(reply.head, HasSubstr("Keep-Alive: timeout=5, max=100"));
  EXPECT_TRUE(client.ReadsEnd());
  SimClient whole(sim.port());
  whole.Post(kChat, R"({"messages":[{"role":"user","content":"a"}],"max_tokens":3})");
  EXPECT_THAT(whole.Get("/health").body, HasSubstr("ok"));  // the same connection
  EXPECT_THAT(whole.Get("/nope").head, HasSubstr("Connection: close"));
  EXPECT_TRUE(whole.ReadsEnd());
}

TEST(SimFlavoursTest, ErrorsInMidStreamAreEachEnginesOwn) {
  const std::vector<std::string> fault = {"--fault", "error-event:1:3"};
  SimProcess sglang(Played("sglang", fault));
  SimClient first(sglang.port());
  auto reply = first.Post(kChat, Asked("hello"));
  EXPECT_TRUE(reply.body.ends_with("data: [DONE]\n\n"));
  EXPECT_THAT(reply.body, HasSubstr(R"({"error": {"object": "error")"));
  SimProcess llama(Played("llamacpp", fault));
  SimClient second(llama.port());
  reply = second.Post(kChat, Asked("hello"));
  EXPECT_EQ(reply.ended, SimClient::Ended::kComplete);
  EXPECT_THAT(reply.body, Not(HasSubstr("[DONE]")));
  SimProcess trtllm(Played("trtllm", fault));
  SimClient third(trtllm.port());
  reply = third.Post(kChat, Asked("hello"));
  EXPECT_EQ(reply.ended, SimClient::Ended::kClosed);  // broken off
}

TEST(SimFlavoursTest, GenerateCountsAsTheOthersDo) {
  SimProcess sim(Played("sglang"));
  SimClient client(sim.port());
  const auto reply = client.Post(
      "/generate",
      R"({"text":"hello","sampling_params":{"max_new_tokens":30,"ignore_eos":true},"stream":true})");
  EXPECT_EQ(CompletionTokens(reply.body), 30);
  const json::object truth = Truth(sim);
  EXPECT_EQ(LastNumber(reply.body, "spec_num_correct_drafts"), Count(truth, "accepted_tokens"));
  EXPECT_EQ(LastNumber(reply.body, "spec_verify_ct"), Count(truth, "decode_steps"));
}

}  // namespace
}  // namespace specctl::sim
