#include "controller/measure/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/fakes/answering_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::controller {
namespace {

using ::testing::HasSubstr;

absl::StatusCode CodeFor(const std::string& response) {
  fakes::AnsweringServer server([&](const std::string&) { return response; });
  ProbeInput input;
  input.url = server.Url();
  input.fetch.timeout = std::chrono::seconds(30);
  ProbingNetwork network({}, [](std::string_view) {});
  return network.Probe(input, Nanos(0)).status().code();
}

TEST(ProbingNetworkTest, ATargetIsAskedOverTheRealNetwork) {
  EXPECT_EQ(CodeFor(fakes::PlainResponse("503 Service Unavailable", "")),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(CodeFor(fakes::PlainResponse("401 Unauthorized", "")),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeFor(fakes::PlainResponse("200 OK", R"({"data":[{"id":"m"}]})")),
            absl::StatusCode::kFailedPrecondition)
      << "no stream answers the inference";
}

TEST(ProbingNetworkTest, NullServersAreKnownWithoutAsking) {
  ProbeInput input;
  input.url = "null://50";
  const auto facts = ProbingNetwork({}, [](std::string_view) {}).Probe(input, Nanos(0));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->url, "null://50");
  EXPECT_EQ(facts->token_source, TokenSource::kContinuousUsage);
  EXPECT_EQ(facts->metrics_url, "") << "nobody but the agent's own host could read them";
  EXPECT_TRUE(ProbingNetwork({}, [](std::string_view) {}).FlushCache(input, "vllm").ok());
}

TEST(ProbingNetworkTest, WhatNullServersDoNotDoIsRefused) {
  const auto refusal = [](const std::function<void(ProbeInput&)>& ask) {
    ProbeInput input;
    input.url = "null://50";
    ask(input);
    const auto facts = ProbingNetwork({}, [](std::string_view) {}).Probe(input, Nanos(0));
    EXPECT_EQ(facts.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(facts.status().message());
  };
  EXPECT_THAT(refusal([](auto& input) { input.engine = "sglang"; }), HasSubstr("--engine: null:"));
  EXPECT_THAT(refusal([](auto& input) { input.model = "llama"; }), HasSubstr("--model: null://50"));
  EXPECT_THAT(refusal([](auto& input) { input.request.endpoint = Endpoint::kGenerate; }),
              HasSubstr("--endpoint generate"));
  EXPECT_THAT(refusal([](auto& input) { input.request.reply_ids = true; }),
              HasSubstr("use rows of one turn"));
}

TEST(ProbingNetworkTest, TheFleetIsTheOneGiven) {
  FleetFacts fleet;
  fleet.controller_files_max = 7;
  EXPECT_EQ(ProbingNetwork(fleet, [](std::string_view) {}).Machines().controller_files_max, 7u);
}

}  // namespace
}  // namespace specctl::controller
