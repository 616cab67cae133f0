#include "controller/measure/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/controller/measure/fake_network.h"

namespace specctl::controller {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ResolveTest, WhatIsLeftIsToMeasure) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.spec.load.shape = ClosedLoop{600};
  request.secrets.api_key = "k";
  const auto run = Resolve(request, network);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->spec.run_id, "id");
  EXPECT_EQ(run->spec.load.agents, 3u);
  EXPECT_EQ(run->spec.dataset.sha256, "s");
  EXPECT_EQ(run->spec.request.osl_tokens, 1024u);
  EXPECT_EQ(run->spec.request.model, "base");
  EXPECT_EQ(run->spec.targets[1].model, "base");
  EXPECT_THAT(run->spec.metrics_urls, ElementsAre("http://a:1/metrics", "http://b:2/metrics"));
  EXPECT_EQ(run->secrets.api_key, "k");
  ASSERT_EQ(run->workload->items.size(), 1u);
  EXPECT_EQ(run->workload->limits.planned_requests, 1u);
  ASSERT_EQ(run->targets.size(), 2u);
  EXPECT_EQ(run->targets[1].target, 1u);
  EXPECT_EQ(run->targets[1].url, "http://b:2");
  ASSERT_EQ(run->metrics_targets.size(), 2u);
  EXPECT_THAT(run->metrics_targets[1].headers, ElementsAre(Pair("Authorization", "Bearer k")));
  EXPECT_THAT(run->notes, ElementsAre("of the flags", "of the dataset"));
}

TEST(ResolveTest, ANameOfSeveralServersOfWhichOneIsReadIsNoted) {
  FakeNetwork network;
  network.addresses = {{"a", {"10.0.0.1", "10.0.0.2"}}};
  const auto run = Resolve(TwoTargets(), network);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_THAT(run->notes, Contains(HasSubstr("a has 2 addresses")));
  MeasureRequest all = TwoTargets();
  all.spec.resolve_all = true;
  const auto settled = Resolve(all, network);
  ASSERT_TRUE(settled.ok()) << settled.status();
  EXPECT_THAT(settled->notes, ElementsAre("of the flags", "of the dataset"));
}

TEST(ResolveTest, TheSameRequestComesToTheSameRun) {
  FakeNetwork network, other;
  const auto one = Resolve(TwoTargets(), network);
  const auto two = Resolve(TwoTargets(), other);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(one->spec.load.agents, two->spec.load.agents);
  EXPECT_EQ(one->workload->rows[0].order_index, two->workload->rows[0].order_index);
  EXPECT_EQ(one->notes, two->notes);
}

TEST(ResolveTest, WhatTheFleetCannotHoldIsRefusedBeforeATargetIsAsked) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.spec.load.shape = ClosedLoop{8};
  request.agents = 16;
  EXPECT_EQ(Resolve(request, network).status().message(),
            "--bs: need at least one slot per agent (--agents 16), got 8");
  request.spec.load.shape = ClosedLoop{4096};
  request.agents = 2;
  const absl::Status many = Resolve(request, network).status();
  EXPECT_EQ(many.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(many.message()), HasSubstr("--bs 4096 over --agents 2"));
  EXPECT_THAT(network.asked, IsEmpty());
}

TEST(ResolveTest, PromptsThatAreNotThereAreRefusedBeforeATargetIsAsked) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.prompts = DatasetRequest{.dataset = "speed_bench_quality"};
  const absl::Status unknown = Resolve(request, network).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("did you mean"));
  request = TwoTargets();
  request.spec.load.requests_max = 1;
  request.spec.load.conversations_max = 1;
  EXPECT_EQ(Resolve(request, network).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(network.asked, IsEmpty());
}

TEST(ResolveTest, WhatATargetRefusesIsTheCallersToJudge) {
  FakeNetwork network;
  network.errors_at = 2;
  network.error = absl::UnavailableError("http://b:2: Connection refused");
  EXPECT_EQ(Resolve(TwoTargets(), network).status(), network.error);
}

TEST(ResolveTest, ModelsThatDifferAreRefusedUnlessNamed) {
  FakeNetwork network;
  network.served = {"base", "other"};
  EXPECT_THAT(std::string(Resolve(TwoTargets(), network).status().message()),
              HasSubstr("--model: http://a:1 serves base, but http://b:2 serves other"));
  MeasureRequest request = TwoTargets();
  request.spec.targets[0].model = "base";
  request.spec.targets[1].model = "other";
  const auto run = Resolve(request, network);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->spec.request.model, "");
  EXPECT_EQ(run->targets[1].model, "other");
}

TEST(ResolveTest, AContextTooShortForEveryRowIsRefused) {
  FakeNetwork network;
  network.context_tokens = 128;
  const absl::Status refused = Resolve(TwoTargets(), network).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("--osl: no conversation fits the 128-token context of http://a:1"));
  MeasureRequest request = TwoTargets();
  request.osl_tokens = 8;
  EXPECT_TRUE(Resolve(request, network).ok());
}

TEST(ResolveTest, WhatTargetsLackIsNoted) {
  FakeNetwork network;
  network.has_metrics = false;
  network.stream_options = false;
  const auto run = Resolve(TwoTargets(), network);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_THAT(run->metrics_targets, IsEmpty());
  EXPECT_THAT(run->notes, Contains(HasSubstr("no server metrics from http://b:2: 404")));
  EXPECT_THAT(run->notes, Contains(HasSubstr("http://a:1 rejects stream_options")));
}

TEST(ResolveTest, AWorkloadIsResolvedWithoutTargets) {
  const auto planned = ResolveWorkload(TwoTargets(), FakeNetwork().fleet);
  ASSERT_TRUE(planned.ok()) << planned.status();
  EXPECT_EQ(planned->request.spec.load.agents, 1u);
  EXPECT_EQ(planned->request.spec.dataset.name, "mine.jsonl");
  EXPECT_EQ(planned->workload.items.size(), 1u);
}

TEST(ResolveTest, MetricsAreThoseOfAllAddressesThatGetTheLoad) {
  FakeNetwork network;
  MeasureRequest request = TwoTargets();
  request.spec.resolve_all = true;
  const auto run = Resolve(request, network);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_THAT(run->spec.metrics_urls,
              ElementsAre("dns+http://a:1/metrics", "dns+http://b:2/metrics"));
  EXPECT_TRUE(run->metrics_targets.at(1).all_addresses);
}

}  // namespace
}  // namespace specctl::controller
