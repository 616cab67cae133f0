// The simulated engine with a fixed pace.
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

TEST(SimPaceTest, AllStreamsGetAllTheirTokens) {
  const std::string path = ::testing::TempDir() + "/sim_pace_test.jsonl";
  SimProcess sim({"--pace", "200", "--pace-tokens", "1,3", "--send-log", path});
  std::vector<std::unique_ptr<SimClient>> clients;
  for (int i = 0; i < 32; ++i) {
    clients.push_back(std::make_unique<SimClient>(sim.port()));
    clients.back()->Send(PostBytes(kChat, ChatBody("hello", 20)));
  }
  for (const auto& client : clients) {
    const auto reply = client->ReadReply();
    ASSERT_EQ(reply.ended, SimClient::Ended::kComplete);
    EXPECT_EQ(CompletionTokens(reply.body), 20);
    EXPECT_EQ(CountOf(reply.body, "\"delta\":{\"content\""), 11u);  // 1, then 1, 3, 1, 3, .. 3
    EXPECT_TRUE(reply.body.ends_with("data: [DONE]\n\n"));
  }
  const std::string metrics = clients[0]->Get("/metrics").body;
  EXPECT_EQ(MetricValue(metrics, "vllm:generation_tokens_total" + kLabels), 32 * 20);
  EXPECT_EQ(MetricValue(metrics, "specctl_sim_send_lateness_seconds_count"), 32 * 11);
  EXPECT_EQ(sim.Wait(), 0);
  EXPECT_THAT(sim.output(), HasSubstr("chunks 352  late us p50 "));
  EXPECT_THAT(sim.output(), HasSubstr("CPU us per chunk "));
  std::ifstream file(path);
  size_t lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  EXPECT_EQ(lines, 32u + 352u);
  ::unlink(path.c_str());
}

TEST(SimPaceTest, AConnectionIsUsedAgainAndClosedWhenIdle) {
  SimProcess sim({"--pace", "500", "--pace-phase", "together", "--pace-first-ms", "1"});
  SimClient client(sim.port());
  EXPECT_EQ(CompletionTokens(client.Post(kChat, ChatBody("a", 4)).body), 4);
  client.Send(PostBytes(kChat, ChatBody("a", 3)) + PostBytes(kChat, ChatBody("a", 5)));
  EXPECT_EQ(CompletionTokens(client.ReadReply().body), 3);
  EXPECT_EQ(CompletionTokens(client.ReadReply().body), 5);
  EXPECT_TRUE(client.ReadsEnd());  // after 5 s
}

TEST(SimPaceTest, TheOtherRoutesAnswer) {
  SimProcess sim({"--pace", "100", "--replicas", "2"});
  ASSERT_EQ(sim.ports().size(), 2u);
  SimClient client(sim.ports()[1]);
  EXPECT_EQ(client.Get("/version").body, R"({"version":"0.32.0"})");
  EXPECT_THAT(client.Get("/v1/models").body, HasSubstr("\"id\":\"sim\""));
  EXPECT_THAT(client.Post("/v1/completions", R"({"prompt":"a"})").body,
              HasSubstr("stream: need true, since the simulated engine runs with --pace"));
  EXPECT_THAT(client.Post(kChat, "{").head, HasSubstr("400 Bad Request"));
  client.Send("nonsense\r\n\r\n");
  EXPECT_THAT(client.ReadReply().head, HasSubstr("400 Bad Request"));
  EXPECT_TRUE(client.ReadsEnd());
}

TEST(SimPaceTest, AClientThatGoesIsForgotten) {
  SimProcess sim({"--pace", "200"});
  {
    SimClient gone(sim.port());
    gone.Send(PostBytes(kChat, ChatBody("a", 100'000)));
    ASSERT_TRUE(gone.ReadUntil("\"completion_tokens\":2"));
  }
  SimClient scraper(sim.port());
  std::string metrics;
  do {  // the server notices at its next read or write
    metrics = scraper.Get("/metrics").body;
  } while (MetricValue(metrics, "vllm:num_requests_running" + kLabels) > 0);
  EXPECT_GT(MetricValue(metrics, "vllm:generation_tokens_total" + kLabels), 0);
}

TEST(SimPaceTest, ASignalPrintsHowLateItIs) {
  SimProcess sim({"--pace", "100"});
  sim.Signal(SIGUSR1);
  EXPECT_EQ(sim.Wait(), 0);
  EXPECT_EQ(CountOf(sim.output(), "late us p50 0"), 2u);
}

TEST(SimPaceTest, FaultsAndPaceExcludeEachOther) {
  SimProcess sim({"--pace", "100", "--fault", "cut"});
  EXPECT_EQ(sim.Wait(true), 2);
  EXPECT_THAT(sim.output(), HasSubstr("excludes"));
}

}  // namespace
}  // namespace specctl::sim
