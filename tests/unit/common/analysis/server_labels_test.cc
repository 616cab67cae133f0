#include "common/analysis/server_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using testing::ElementsAre;

TEST(ServerLabelsTest, OutagesLabelTheirWindowsAndTheFirstFourAreTold) {
  Outages outages;
  for (int64_t i = 0; i < 5; ++i) outages.spans.push_back({.start_s = 10 * i, .windows = 2});
  outages.output_tps_outside = 812.5;
  const WindowedLabel found = OutageLabel(outages);
  EXPECT_THAT(found.windows, ElementsAre(0, 1, 10, 11, 20, 21, 30, 31, 40, 41));
  ASSERT_TRUE(found.of_run);
  EXPECT_EQ(found.of_run->code, Label::kOutage);
  EXPECT_EQ(found.of_run->windows, 10u);
  EXPECT_EQ(
      found.of_run->text,
      "no token arrived from 0 to 2 s, 10 to 12 s, 20 to 22 s, 30 to 32 s, ... although requests "
      "were waiting; outside that time, TPS is 812.5");
  EXPECT_FALSE(OutageLabel({}).of_run);
}

TEST(ServerLabelsTest, ErrorsAreTheServersAndNotOurTimeOuts) {
  std::vector<SettledRequest> requests(3);
  requests[0].failure = FailureKind::kTruncated;
  requests[1].failure = FailureKind::kRequestTimeout;
  EXPECT_EQ(ServerErrorsLabel(requests)->text, "1 requests were refused or cut off");
  requests[0].failure = FailureKind::kNone;
  EXPECT_FALSE(ServerErrorsLabel(requests));
}

TEST(ServerLabelsTest, WithoutHealthThereIsNoBurst) {
  const WindowedLabel found = ServerBurstLabel(HealthFold(), 3);
  EXPECT_FALSE(found.of_run);
  EXPECT_TRUE(found.windows.empty());
}

TEST(ServerLabelsTest, ReplicasThatCameOrWentAreCounted) {
  EXPECT_FALSE(ReplicasChangedLabel(std::nullopt, false).has_value());
  ServerFigures servers;
  servers.replicas = {{.url = "dns+http://a:1/metrics", .first = 4}};
  EXPECT_FALSE(ReplicasChangedLabel(servers, true).has_value());
  servers.replicas.push_back({.url = "dns+http://b:1/metrics", .first = 4, .born = 2, .gone = 1});
  const auto label = ReplicasChangedLabel(servers, false);
  ASSERT_TRUE(label.has_value());
  EXPECT_EQ(label->code, Label::kReplicasChanged);
  EXPECT_TRUE(label->text.starts_with(
      "dns+http://b:1/metrics had 4 replicas before the run and 5 at its end (2 new, 1 gone)"))
      << label->text;
}

TEST(ServerLabelsTest, ANewReplicaGetsNoLoadWhereTheLoadGoesToAll) {
  ServerFigures servers;
  servers.replicas = {{.url = "dns+http://a:1/metrics", .first = 4, .born = 1}};
  const std::string no_load = "got no load (--resolve all)";
  EXPECT_TRUE(ReplicasChangedLabel(servers, true)->text.ends_with(no_load));
  // Behind a service's own address it gets its share.
  EXPECT_FALSE(ReplicasChangedLabel(servers, false)->text.ends_with(no_load));
  servers.replicas = {{.url = "dns+http://a:1/metrics", .first = 4, .gone = 1}};
  EXPECT_FALSE(ReplicasChangedLabel(servers, true)->text.ends_with(no_load));
}

}  // namespace
}  // namespace specctl
