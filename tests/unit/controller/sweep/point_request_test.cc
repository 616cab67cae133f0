#include "controller/sweep/point_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/controller/sweep/sweep_job_of.h"

namespace specctl::controller {
namespace {

TEST(PointRequestTest, IsARunOfThePointsTargetAlone) {
  const auto request = RequestOfPoint(SmallJob(), SmallSweep(), 0, "run-1");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->spec.run_id, "run-1");
  ASSERT_EQ(request->spec.targets.size(), 1u);
  EXPECT_EQ(request->spec.targets[0].name, "off");
  EXPECT_EQ(request->secrets.basic_authorizations, std::vector<std::string>{"login"});
  EXPECT_EQ(request->spec.gpus, 2u);
  EXPECT_EQ(std::get<ClosedLoop>(request->spec.load.shape).bs, 16u);
  EXPECT_EQ(request->spec.request.temperature, 0.5);
  EXPECT_TRUE(request->temperature_given);
  EXPECT_EQ(request->spec.load.seed, 7u);
  EXPECT_EQ(request->spec.tags.back().second, "the-sweep");
}

TEST(PointRequestTest, TheLoadOfATargetIsSpreadOverItsServers) {
  SweepJob job = SmallJob();
  job.request.spec.load.shape = OpenLoop{.rate_per_s = 1, .in_flight_max = 32};
  const auto request = RequestOfPoint(job, SmallSweep(), 1, "run-1");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->spec.targets.size(), 2u);
  const auto& loop = std::get<OpenLoop>(request->spec.load.shape);
  EXPECT_EQ(loop.rate_per_s, 2.5);
  EXPECT_EQ(loop.in_flight_max, 32u) << "as all open loops of the sweep";
  EXPECT_FALSE(request->temperature_given);
}

TEST(PointRequestTest, ALowLoadTakesFewerAgents) {
  SweepJob job = SmallJob();
  job.request.agents = 40;
  EXPECT_EQ(RequestOfPoint(job, SmallSweep(), 0, "run-1")->agents, 16u) << "one a stream";
  job.request.agents = 4;
  EXPECT_EQ(RequestOfPoint(job, SmallSweep(), 0, "run-1")->agents, 4u);
  job.request.agents.reset();
  EXPECT_FALSE(RequestOfPoint(job, SmallSweep(), 0, "run-1")->agents);
}

TEST(PointRequestTest, ATierHasItsRowsUnderTheNameThatSelectsThem) {
  const auto request = RequestOfPoint(SmallJob(), SmallSweep(), 0, "run-1");
  const Dataset& rows = std::get<Dataset>(request->prompts);
  EXPECT_EQ(rows.conversations.size(), 4u);
  EXPECT_EQ(rows.identity.rows, 4u);
  EXPECT_EQ(rows.identity.name, "builtin_throughput_1k_mixed");
  EXPECT_EQ(RowsOfTier(TieredRows(), "")->conversations.size(), 6u);
  Dataset of_ids = TieredRows();
  of_ids.reply_end_ids = {7};
  EXPECT_EQ(RowsOfTier(of_ids, "mixed")->reply_end_ids, of_ids.reply_end_ids);
}

TEST(PointRequestTest, ATierWithoutRowsIsAnErrorThatNamesThoseThatThereAre) {
  EXPECT_EQ(RowsOfTier(TieredRows(), "high_entropy").status().message(),
            "--tier: no row of builtin_throughput_1k is of tier high_entropy; it has low_entropy, "
            "mixed");
}

TEST(PointRequestTest, APairIsARunOfBothTargetsWithTwiceTheLoad) {
  SweepJob job = SmallJob();
  job.servers["dl3"].servers.pop_back();
  job.request.spec.load.requests_max = 100;
  Sweep sweep = SmallSweep();
  sweep.pairs.push_back({.key = sweep.points[0].key, .baseline = "off"});
  sweep.pairs[0].key.target = "dl3";
  const auto request = RequestOfPair(job, sweep, 0, "run-1");
  ASSERT_TRUE(request.ok());
  ASSERT_EQ(request->spec.targets.size(), 2u);
  EXPECT_EQ(request->spec.targets[1].url, "http://b:1");
  EXPECT_EQ(request->spec.url_policy, UrlPolicy::kPaired);
  EXPECT_EQ(std::get<ClosedLoop>(request->spec.load.shape).bs, 32u);
  EXPECT_EQ(request->spec.load.requests_max, 200u);
  EXPECT_EQ(request->spec.gpus, std::nullopt);
}

}  // namespace
}  // namespace specctl::controller
