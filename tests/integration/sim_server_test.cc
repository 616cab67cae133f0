// The simulated engine as clients see it: replies, connections, counters, log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "sim_process.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Fast(std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--step-ms", "1", "--step-ms-per-seq", "0", "--draft-ms", "0"});
  return more;
}

TEST(SimServerTest, AStreamedChatEndsWithUsageDoneAndLastChunk) {
  SimProcess sim(Fast());
  SimClient client(sim.port());
  const auto reply = client.Post(kChat, ChatBody("hello", 20, true));
  EXPECT_EQ(reply.ended, SimClient::Ended::kComplete);
  EXPECT_THAT(reply.head, HasSubstr("HTTP/1.1 200 OK\ndate: "));
  EXPECT_EQ(CompletionTokens(reply.body), 20);
  EXPECT_EQ(reply.chunks, CountOf(reply.body, "data: "));  // one event a chunk
  EXPECT_TRUE(reply.body.ends_with("data: [DONE]\n\n"));
}

TEST(SimServerTest, TheSameRequestGetsTheSameReplyFromANewServer) {
  std::string bodies[2];
  for (std::string& body : bodies) {
    SimProcess sim(Fast({"--seed", "7"}));
    SimClient client(sim.port());
    client.Post(kChat, ChatBody(&body == &bodies[0] ? "first" : "other", 9));
    body = client.Post(kChat, ChatBody("hello", 50), "X-Request-Id: r-1\r\n").body;
    const size_t created = body.find("\"created\":");
    const std::string stamp = body.substr(created, body.find(',', created) - created);
    for (size_t at; (at = body.find(stamp)) != std::string::npos;) body.erase(at, stamp.size());
  }
  EXPECT_THAT(bodies[0], HasSubstr("\"id\":\"chatcmpl-r-1\""));
  EXPECT_EQ(bodies[0], bodies[1]);
}

TEST(SimServerTest, CountersEqualWhatTheClientsGot) {
  SimProcess sim(Fast({"--merge-share", "0.2", "--max-batch", "8"}));
  std::vector<std::unique_ptr<SimClient>> clients;
  for (int i = 0; i < 24; ++i) {
    clients.push_back(std::make_unique<SimClient>(sim.port()));
    clients.back()->Send(PostBytes(kChat, ChatBody("prompt " + std::to_string(i), 60)));
  }
  int tokens = 0;
  for (const auto& client : clients) {
    const auto reply = client->ReadReply();
    ASSERT_EQ(reply.ended, SimClient::Ended::kComplete);
    tokens += CompletionTokens(reply.body);
  }
  SimClient scraper(sim.port());
  const std::string metrics = scraper.Get("/metrics").body;
  EXPECT_EQ(MetricValue(metrics, "vllm:generation_tokens_total" + kLabels), tokens);
  EXPECT_EQ(MetricValue(metrics, "vllm:time_to_first_token_seconds_count" + kLabels), 24);
  EXPECT_EQ(MetricValue(metrics, "vllm:num_requests_running" + kLabels), 0);
  EXPECT_EQ(
      MetricValue(metrics, "vllm:request_success_total{engine=\"0\",finished_reason=\"stop\"") +
          MetricValue(metrics,
                      "vllm:request_success_total{engine=\"0\",finished_reason=\"length\""),
      24);
  EXPECT_GT(MetricValue(metrics, "vllm:request_queue_time_seconds_sum" + kLabels), 0);
}

TEST(SimServerTest, PipelinedRequestsAreAnsweredInOrder) {
  SimProcess sim(Fast());
  SimClient client(sim.port());
  client.Send(PostBytes(kChat, ChatBody("a", 3, true)) +
              "GET /version HTTP/1.1\r\nHost: x\r\n\r\n" +
              PostBytes(kChat, ChatBody("b", 5, true)));
  EXPECT_EQ(CompletionTokens(client.ReadReply().body), 3);
  EXPECT_EQ(client.ReadReply().body, R"({"version":"0.32.0"})");
  EXPECT_EQ(CompletionTokens(client.ReadReply().body), 5);
}

TEST(SimServerTest, AnyNumberOfRequestsMayWaitBehindAStream) {
  SimProcess sim(Fast());
  SimClient client(sim.port());
  constexpr int kWaiting = 50'000;
  std::string requests = PostBytes(kChat, ChatBody("a", 2000, true));
  for (int i = 0; i < kWaiting; ++i) requests += "GET /health HTTP/1.1\r\n\r\n";
  client.Send(requests);
  EXPECT_EQ(CompletionTokens(client.ReadReply().body), 2000);
  int answered = 0;
  while (answered < kWaiting && client.ReadReply().ended == SimClient::Ended::kComplete) ++answered;
  EXPECT_EQ(answered, kWaiting);
}

TEST(SimServerTest, ConnectionCloseIsHonoured) {
  SimProcess sim(Fast());
  SimClient client(sim.port());
  const auto reply = client.Post(kChat, ChatBody("a", 3), "Connection: close\r\n");
  EXPECT_THAT(reply.head, HasSubstr("\nconnection: close\n"));
  EXPECT_EQ(reply.ended, SimClient::Ended::kComplete);
  EXPECT_TRUE(client.ReadsEnd());
}

TEST(SimServerTest, AnIdleConnectionIsClosed) {
  SimProcess sim(Fast());
  SimClient client(sim.port());
  EXPECT_THAT(client.Get("/health").head, HasSubstr("200 OK"));
  EXPECT_TRUE(client.ReadsEnd());  // after 5 s
}

TEST(SimServerTest, WithoutStreamingTheReplyIsOneBody) {
  SimProcess sim(Fast({"--per-request-spec-decode-metrics", "summary"}));
  SimClient client(sim.port());
  const auto reply =
      client.Post("/v1/completions", R"({"prompt":"once","max_tokens":12,"ignore_eos":true})");
  EXPECT_THAT(reply.head, HasSubstr("content-length: "));
  EXPECT_EQ(CompletionTokens(reply.body), 12);
  EXPECT_THAT(reply.body, HasSubstr("\"num_spec_steps\":"));
}

TEST(SimServerTest, ErrorsLeaveTheConnectionUsable) {
  SimProcess sim(Fast({"--api-key", "k", "--max-model-len", "100"}));
  SimClient client(sim.port());
  const std::string key = "Authorization: Bearer k\r\n";
  EXPECT_THAT(client.Post(kChat, ChatBody("a", 3)).head, HasSubstr("401 Unauthorized"));
  EXPECT_THAT(client.Post(kChat, "{", key).head, HasSubstr("400 Bad Request"));
  EXPECT_THAT(client.Post(kChat, ChatBody(std::string(1000, 'x'), 3), key).body,
              HasSubstr("maximum context length is 100 tokens"));
  EXPECT_THAT(client.Post("/v1/nope", "{}", key).head, HasSubstr("404 Not Found"));
  EXPECT_EQ(CompletionTokens(client.Post(kChat, ChatBody("a", 3), key).body), 3);
}

TEST(SimServerTest, WhatTheEngineRefusesIsAnErrorEventAfterA200) {
  SimProcess sim(Fast());
  SimClient client(sim.port());
  const auto reply = client.Post(
      kChat, R"({"messages":[{"role":"user","content":"a"}],"stream":true,"logit_bias":{"1":1}})");
  EXPECT_THAT(reply.head, HasSubstr("200 OK"));
  EXPECT_TRUE(reply.body.starts_with("data: {\"error\": {\"message\": \"The min_p and"));
  EXPECT_TRUE(reply.body.ends_with("data: [DONE]\n\n"));
  EXPECT_THAT(client.Get("/health").head, HasSubstr("200 OK"));
}

TEST(SimServerTest, AClientThatGoesIsForgotten) {
  SimProcess sim({"--step-ms", "1"});
  {
    SimClient gone(sim.port());
    gone.Send(PostBytes(kChat, ChatBody("a", 100'000, true)));
    ASSERT_TRUE(gone.ReadUntil("\"completion_tokens\":2"));
  }
  SimClient scraper(sim.port());
  std::string metrics;
  do {  // the server notices at its next read or write
    metrics = scraper.Get("/metrics").body;
  } while (MetricValue(metrics, "vllm:num_requests_running" + kLabels) > 0);
  EXPECT_GT(MetricValue(metrics, "vllm:generation_tokens_total" + kLabels), 0);
  EXPECT_EQ(
      MetricValue(metrics, "vllm:request_success_total{engine=\"0\",finished_reason=\"length\""),
      0);
}

TEST(SimServerTest, TheSendLogHasEachRequestAndTokenBearingChunk) {
  const std::string path = ::testing::TempDir() + "/sim_server_test.jsonl";
  size_t events = 0;
  SimProcess sim(Fast({"--send-log", path}));
  for (const char* id : {"one", "two"}) {
    SimClient client(sim.port());
    const auto reply =
        client.Post(kChat, ChatBody("a", 30, true), std::string("X-Request-Id: ") + id + "\r\n");
    events += CountOf(reply.body, "\"delta\":{\"content\"");
  }
  EXPECT_EQ(sim.Wait(), 0);
  std::ifstream file(path);
  size_t reads = 0;
  size_t chunks = 0;
  for (std::string line; std::getline(file, line);) {
    reads += line.starts_with(R"({"event":"read","response_id":"chatcmpl-)") ? 1 : 0;
    chunks += line.find("\"send_end_unix_ns\":") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(reads, 2u);
  EXPECT_EQ(chunks, events);
  ::unlink(path.c_str());
}

TEST(SimServerTest, ReplicasHavePortsAndCountersOfTheirOwn) {
  SimProcess sim(Fast({"--replicas", "3"}));
  ASSERT_EQ(sim.ports().size(), 3u);
  SimClient first(sim.ports()[0]);
  first.Post(kChat, ChatBody("a", 5, true));
  EXPECT_EQ(MetricValue(first.Get("/metrics").body, "vllm:generation_tokens_total" + kLabels), 5);
  SimClient second(sim.ports()[1]);
  EXPECT_EQ(MetricValue(second.Get("/metrics").body, "vllm:generation_tokens_total" + kLabels), 0);
}

TEST(SimServerTest, ASignalEndsItWithTotals) {
  SimProcess sim(Fast());
  SimClient client(sim.port());
  client.Post(kChat, ChatBody("a", 5, true));
  SimClient open(sim.port());
  open.Send(PostBytes(kChat, ChatBody("a", 100'000, true)));
  EXPECT_EQ(sim.Wait(), 0);
  EXPECT_THAT(sim.output(), HasSubstr("  requests 2  finished 1  "));
}

TEST(SimServerTest, FlagsThatMakeNoSenseAreRefused) {
  SimProcess rates({"--acceptance", "2"});
  EXPECT_EQ(rates.Wait(true), 2);
  EXPECT_THAT(rates.output(), HasSubstr("specctl sim: --acceptance: need rates in [0, 1]"));
  SimProcess cache({"--kv-tokens", "10"});
  EXPECT_EQ(cache.Wait(true), 2);
  EXPECT_THAT(cache.output(), HasSubstr("--kv-tokens: need at least --max-model-len (131072), got "
                                        "10"));
  SimProcess host({"--host", "nowhere"});
  EXPECT_EQ(host.Wait(true), 2);
  SimProcess log({"--send-log", "/nonexistent/x"});
  EXPECT_EQ(log.Wait(true), 1);
  EXPECT_THAT(log.output(), HasSubstr("--send-log: can't write /nonexistent/x"));
}

}  // namespace
}  // namespace specctl::sim
