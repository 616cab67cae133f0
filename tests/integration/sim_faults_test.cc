// Faults that the simulated engine makes, as clients see them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim_process.h"

namespace specctl::sim {
namespace {

using Ended = SimClient::Ended;
using ::testing::HasSubstr;

const std::string kContent = "\"delta\":{\"content\"";

std::vector<std::string> Fault(const std::string& fault) {
  return {"--step-ms", "1", "--fault", fault};
}

SimClient::Reply ReplyUnder(const std::vector<std::string>& flags, int max_tokens = 400) {
  SimProcess sim(flags);
  SimClient client(sim.port());
  client.GiveUpAfterMillis(1000);
  return client.Post(kChat, ChatBody("hello", max_tokens, true));
}

TEST(SimFaultsTest, RefusedConnectionsFail) {
  SimProcess sim(Fault("refuse"));
  EXPECT_FALSE(SimClient(sim.port()).connected());
}

TEST(SimFaultsTest, AShareOfConnectionsIsReset) {
  SimProcess sim(Fault("refuse:0.5"));
  int served = 0;
  for (int i = 0; i < 40; ++i) {
    SimClient client(sim.port());
    served += client.Get("/health").ended == Ended::kComplete ? 1 : 0;
  }
  EXPECT_GT(served, 5);
  EXPECT_LT(served, 35);
}

TEST(SimFaultsTest, OverloadIsAStatusAndTheConnectionLives) {
  for (const char* status : {"429 Too Many Requests", "503 Service Unavailable"}) {
    SimProcess sim(Fault(std::string(status, 3)));
    SimClient client(sim.port());
    EXPECT_THAT(client.Post(kChat, ChatBody("a", 3)).head, HasSubstr(status));
    EXPECT_THAT(client.Get("/health").head, HasSubstr("200 OK"));
  }
}

TEST(SimFaultsTest, HangingIsSilenceBeforeTheHead) {
  const auto reply = ReplyUnder(Fault("hang"));
  EXPECT_EQ(reply.ended, Ended::kSilent);
  EXPECT_EQ(reply.head, "");
}

TEST(SimFaultsTest, ACutStreamEndsWithoutItsLastChunk) {
  const auto reply = ReplyUnder(Fault("cut:1:7"));
  EXPECT_EQ(reply.ended, Ended::kClosed);
  EXPECT_EQ(CountOf(reply.body, kContent), 7u);
  EXPECT_EQ(CountOf(reply.body, "[DONE]"), 0u);
}

TEST(SimFaultsTest, AnErrorEventIsFollowedByDone) {
  const auto reply = ReplyUnder(Fault("error-event:1:2"));
  EXPECT_EQ(reply.ended, Ended::kComplete);
  EXPECT_EQ(CountOf(reply.body, kContent), 2u);
  EXPECT_THAT(reply.body, HasSubstr("data: {\"error\": {\"message\": \"EngineCore encountered"));
  EXPECT_TRUE(reply.body.ends_with("data: [DONE]\n\n"));
}

TEST(SimFaultsTest, GarbageBreaksTheFraming) {
  SimProcess sim(Fault("garbage:1:3"));
  SimClient client(sim.port());
  const auto reply = client.Post(kChat, ChatBody("a", 400, true));
  EXPECT_EQ(CountOf(reply.body, kContent), 3u);
  EXPECT_EQ(CountOf(reply.body, "[DONE]"), 0u);
}

TEST(SimFaultsTest, BadJsonIsOneEventAndTheStreamGoesOn) {
  const auto reply = ReplyUnder(Fault("bad-json:1:3"), 50);
  EXPECT_EQ(reply.ended, Ended::kComplete);
  EXPECT_EQ(CountOf(reply.body, "chatcmpl-broken"), 1u);
  EXPECT_EQ(CompletionTokens(reply.body), 50);
}

TEST(SimFaultsTest, SlowBytesAreAllThere) {
  std::vector<std::string> flags = Fault("slow");
  flags.insert(flags.end(), {"--slow-bytes-per-s", "50000"});
  const auto reply = ReplyUnder(flags, 40);
  EXPECT_EQ(reply.ended, Ended::kComplete);
  EXPECT_EQ(CompletionTokens(reply.body), 40);
}

TEST(SimFaultsTest, ASilentStreamStaysOpen) {
  const auto reply = ReplyUnder(Fault("silent:1:4"));
  EXPECT_EQ(reply.ended, Ended::kSilent);
  EXPECT_EQ(CountOf(reply.body, kContent), 4u);
}

TEST(SimFaultsTest, AServerThatDiesResetsItsStreamsAndEnds) {
  SimProcess sim({"--step-ms", "1", "--die-after", "0.2"});
  SimClient client(sim.port());
  const auto reply = client.Post(kChat, ChatBody("a", 100'000, true));
  EXPECT_EQ(reply.ended, Ended::kReset);
  EXPECT_GT(CountOf(reply.body, kContent), 0u);
  EXPECT_EQ(sim.Wait(true), 0);
}

TEST(SimFaultsTest, AServerThatFallsSilentListensNoMoreAndKeepsItsStreamsOpen) {
  SimProcess sim({"--step-ms", "1", "--silent-after", "0.2"});
  SimClient client(sim.port());
  client.GiveUpAfterMillis(1000);
  const auto reply = client.Post(kChat, ChatBody("a", 100'000, true));
  EXPECT_EQ(reply.ended, Ended::kSilent);
  EXPECT_GT(CountOf(reply.body, kContent), 0u);
  EXPECT_FALSE(SimClient(sim.port()).connected());
}

TEST(SimFaultsTest, ADeadReplicaLeavesTheOthersAlive) {
  SimProcess sim({"--step-ms", "1", "--die-after", "0.1", "--replicas", "2"});
  SimClient first(sim.ports()[0]);
  EXPECT_EQ(first.Post(kChat, ChatBody("a", 100'000, true)).ended, Ended::kReset);
  SimClient second(sim.ports()[1]);
  EXPECT_EQ(CompletionTokens(second.Post(kChat, ChatBody("a", 5, true)).body), 5);
}

TEST(SimFaultsTest, ABurstLosesNothing) {
  const auto reply = ReplyUnder({"--step-ms", "1", "--burst", "4"}, 50);
  EXPECT_EQ(reply.ended, Ended::kComplete);
  EXPECT_EQ(CompletionTokens(reply.body), 50);
}

TEST(SimFaultsTest, ContinuousUsageAndMetricsCanBeMissing) {
  SimProcess sim({"--no-continuous-usage", "--no-metrics"});
  SimClient client(sim.port());
  EXPECT_THAT(client.Post(kChat, ChatBody("a", 3)).head, HasSubstr("400 Bad Request"));
  EXPECT_THAT(client.Get("/metrics").head, HasSubstr("404 Not Found"));
}

}  // namespace
}  // namespace specctl::sim
