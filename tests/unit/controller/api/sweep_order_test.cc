#include "controller/api/sweep_order.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/gzip.h"
#include "common/planning/sweep_json.h"
#include "tests/unit/controller/sweep/sweep_job_of.h"

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SweepOrder SmallOrder() {
  SweepOrder order{.sweep = SmallSweep(), .job = SmallJob()};
  order.job.request.agents = 3;
  order.job.request.secrets.api_key = "sk-1";
  order.job.schedule.seed = 9;
  order.job.schedule.budget_s = 90;
  order.job.cool_down_least = std::chrono::milliseconds(20);
  order.job.cool_down_most = std::chrono::seconds(7);
  order.job.flush = CacheFlush::kNever;
  return order;
}

std::string Packed(const v1::SweepOrder& order) { return Gzip(order.SerializeAsString()); }
std::string Packed(const SweepOrder& order) { return Packed(EncodeSweepOrder(order)); }

// What is said of the order once `change` was made to it.
std::string RefusalOf(const std::function<void(v1::SweepOrder&)>& change) {
  v1::SweepOrder order = EncodeSweepOrder(SmallOrder());
  change(order);
  const auto unpacked = UnpackSweepOrder(Packed(order));
  EXPECT_EQ(unpacked.status().code(), absl::StatusCode::kInvalidArgument) << unpacked.status();
  return std::string(unpacked.status().message());
}

TEST(SweepOrderTest, WhatIsAskedForComesBack) {
  const SweepOrder order = SmallOrder();
  const auto back = UnpackSweepOrder(Packed(order));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(SweepJson(back->sweep), SweepJson(order.sweep));
  EXPECT_EQ(back->job.request.agents, 3u);
  EXPECT_EQ(back->job.request.spec.load.seed, 7u);
  EXPECT_TRUE(back->job.request.spec.targets.empty());
  EXPECT_EQ(back->job.datasets.at("d").conversations.size(), 6u);
  EXPECT_EQ(back->job.datasets.at("d").conversations[5].tier, "low_entropy");
  EXPECT_EQ(back->job.datasets.at("d").identity.sha256, "s");
  EXPECT_EQ(back->job.schedule.seed, 9u);
  EXPECT_EQ(back->job.schedule.budget_s, 90);
  EXPECT_TRUE(back->job.schedule.anchors);
  EXPECT_FALSE(back->job.schedule.find.has_value());
  EXPECT_EQ(back->job.flush, CacheFlush::kNever);
  EXPECT_EQ(back->job.cool_down_least, std::chrono::milliseconds(20));
  EXPECT_EQ(back->job.cool_down_most, std::chrono::seconds(7));
  ASSERT_EQ(back->job.servers.size(), 2u);
  EXPECT_EQ(back->job.servers.at("off").servers[0].url, "http://a:1");
  EXPECT_EQ(back->job.servers.at("off").gpus, 2u);
  EXPECT_EQ(back->job.servers.at("dl3").servers[1].url, "http://c:1");
  EXPECT_FALSE(back->job.servers.at("dl3").gpus.has_value());
}

TEST(SweepOrderTest, PromptsThatTheControllerHasComeBackByTheirNames) {
  SweepOrder order = SmallOrder();
  order.job.datasets.clear();
  order.job.named_datasets["d"] = {.dataset = "controller:d.jsonl", .form = RowForm::kTurns};
  const auto back = UnpackSweepOrder(Packed(order));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(back->job.datasets.empty());
  ASSERT_EQ(back->job.named_datasets.size(), 1u);
  EXPECT_EQ(back->job.named_datasets.at("d").dataset, "controller:d.jsonl");
  EXPECT_EQ(back->job.named_datasets.at("d").form, RowForm::kTurns);
}

TEST(SweepOrderTest, LoadsThatAreToBeFoundComeBack) {
  SweepOrder order = SmallOrder();
  order.job.schedule.anchors = false;
  FindLoads& find = order.job.schedule.find.emplace();
  find.bs_max = 128;
  find.limits["off"] = {.requests_max = 64, .graph_sizes = {1, 8}, .draft_length = 3};
  const auto back = UnpackSweepOrder(Packed(order));
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_TRUE(back->job.schedule.find.has_value());
  const FindLoads& found = *back->job.schedule.find;
  EXPECT_EQ(found.bs_max, 128u);
  EXPECT_EQ(found.seed, 9u);
  EXPECT_FALSE(found.anchors);
  EXPECT_EQ(found.limits.at("off").requests_max, 64u);
  EXPECT_THAT(found.limits.at("off").graph_sizes, ElementsAre(1, 8));
  EXPECT_EQ(found.limits.at("off").draft_length, 3u);
}

TEST(SweepOrderTest, SecretsAreInNoOrderAndComeBackToTheirServers) {
  SweepOrder order = SmallOrder();
  order.job.servers["dl3"].basic_authorizations = {"", "second"};
  const std::string bytes = EncodeSweepOrder(order).SerializeAsString();
  for (const char* secret : {"sk-1", "login", "second"}) {
    EXPECT_THAT(bytes, ::testing::Not(HasSubstr(secret)));
  }
  const OrderSecrets secrets = SecretsOf(order);
  EXPECT_THAT(secrets.secrets.basic_authorizations, ElementsAre("login", "", "second"));
  auto back = UnpackSweepOrder(Packed(order));
  ASSERT_TRUE(back.ok()) << back.status();
  PutSecrets(secrets, *back);
  EXPECT_EQ(back->job.request.secrets.api_key, "sk-1");
  EXPECT_THAT(back->job.servers.at("off").basic_authorizations, ElementsAre("login"));
  EXPECT_THAT(back->job.servers.at("dl3").basic_authorizations, ElementsAre("", "second"));
}

TEST(SweepOrderTest, ServersAreThoseOfTheTargets) {
  EXPECT_THAT(RefusalOf([](auto& order) { order.mutable_servers(1)->set_servers(3); }),
              HasSubstr("more than there are"));
  EXPECT_THAT(RefusalOf([](auto& order) { order.mutable_servers(1)->set_servers(1); }),
              HasSubstr("servers of no target"));
  EXPECT_THAT(RefusalOf([](auto& order) { order.mutable_servers(1)->set_target("x"); }),
              HasSubstr("target dl3 has no servers"));
}

TEST(SweepOrderTest, EveryDatasetHasRows) {
  EXPECT_THAT(RefusalOf([](auto& order) { order.mutable_datasets(0)->set_dataset("x"); }),
              HasSubstr("dataset d has no rows"));
  EXPECT_THAT(RefusalOf([](auto& order) {
                order.mutable_datasets(0)->mutable_rows()->clear_conversations();
              }),
              HasSubstr("no prompts"));
}

TEST(SweepOrderTest, WhatIsNoOrderIsRefused) {
  EXPECT_THAT(RefusalOf([](auto& order) { order.set_sweep_json("{"); }), HasSubstr("order"));
  EXPECT_THAT(RefusalOf([](auto& order) {
                order.set_paired(true);
                order.set_sweep_json(SweepJson(Sweep{}));
              }),
              HasSubstr("order"));
  EXPECT_EQ(UnpackSweepOrder("no gzip").status().code(), absl::StatusCode::kInvalidArgument);
}

// A folder from outside is moved, read and written to.
TEST(SweepOrderTest, RunsAreInFoldersOfTheirOwn) {
  for (const auto& [run_id, folder] :
       std::vector<std::pair<std::string, std::string>>{{"a", "../../etc"},
                                                        {"..", "runs/.."},
                                                        {"a", "runs/b"},
                                                        {"a", "/runs/a"},
                                                        {"", "runs/"}}) {
    Sweep sweep = SmallSweep();
    sweep.points[0].state = PointState::kFailed;
    sweep.points[0].run_id = run_id;
    sweep.points[0].folder = folder;
    EXPECT_FALSE(CheckRunFolders(sweep).ok()) << folder;
    EXPECT_THAT(RefusalOf([&](auto& order) { order.set_sweep_json(SweepJson(sweep)); }),
                ::testing::AnyOf(HasSubstr("runs/<its id>"), HasSubstr("need runs/NAME")));
  }
  Sweep sweep = SmallSweep();
  sweep.points[0].state = PointState::kFailed;
  sweep.points[0].run_id = "a";
  sweep.points[0].folder = "runs/a";
  EXPECT_TRUE(CheckRunFolders(sweep).ok());
}

TEST(SweepOrderTest, NoRunIsUnderWay) {
  Sweep sweep = SmallSweep();
  sweep.points[0].run_id = "a";
  sweep.points[0].folder = "runs/a";
  EXPECT_THAT(RefusalOf([&](auto& order) { order.set_sweep_json(SweepJson(sweep)); }),
              HasSubstr("under way"));
}

}  // namespace
}  // namespace specctl::controller
