#include "common/planning/route_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/unit/common/planning/planned_sweep.h"

namespace specctl::testing {
namespace {

namespace json = boost::json;

json::value PolicyOf(const PlanRequest& request) {
  HandMadeSweep made = PlannedSweep();
  const absl::StatusOr<Plan> plan = MakePlan(made.sweep(), request);
  EXPECT_TRUE(plan.ok()) << plan.status();
  const std::optional<DeploymentForm> form = RoutePolicyForm(*plan);
  EXPECT_TRUE(form.has_value());
  return json::parse(form->content);
}

TEST(RoutePolicyTest, NamesTheFastestAtEachLoad) {
  const json::value policy = PolicyOf({});
  EXPECT_EQ(policy.at("baseline").as_string(), "off");
  const json::array& routes = policy.at("routes").as_array();
  ASSERT_EQ(routes.size(), 5u);
  EXPECT_EQ(routes[0].at("target").as_string(), "dl3");
  EXPECT_EQ(routes[0].at("draft_length").to_number<int>(), 3);
  EXPECT_FALSE(routes[4].at("speculate").as_bool()) << "at bs 256 it costs";
  EXPECT_EQ(routes[4].at("draft_length").to_number<int>(), 0);
}

TEST(RoutePolicyTest, CategoriesHaveTheirOwn) {
  // At bs 64 dl3 is 1.43 times as fast on coding and 0.77 times on roleplay; dl1 1.37 and 1.03.
  const json::value policy = PolicyOf({.slo = *ParseConditions("user_tps_p10 >= 20")});
  const json::array& routes = policy.at("routes").as_array();
  ASSERT_EQ(routes.size(), 1u) << "the answers' load alone";
  const json::array& categories = routes[0].at("by_category").as_array();
  ASSERT_EQ(categories.size(), 2u);
  EXPECT_EQ(categories[0].at("category").as_string(), "coding");
  EXPECT_EQ(categories[0].at("target").as_string(), "dl3");
  EXPECT_EQ(categories[1].at("target").as_string(), "dl1");
}

TEST(RoutePolicyTest, WithoutABaselineThereIsNone) {
  HandMadeSweep made;
  made.AddTarget({.name = "dl3", .draft_length = 3});
  made.AddDataset("throughput_1k", 1000);
  made.AddPoint("dl3", 1).Set("user_tps", "mean", 100, 1);
  EXPECT_FALSE(RoutePolicyForm(*MakePlan(made.sweep(), {})));
}

}  // namespace
}  // namespace specctl::testing
