#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MetricsFlagsTest, LikeKeepsTheMetricsThatWereNamedAndNoOthers) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->metrics_urls = {"http://a:1/metrics"};
  EXPECT_THAT(RequestOfLine({}, surroundings)->named_metrics_urls, ElementsAre());
  surroundings.like->metrics_urls_named = true;
  const auto kept = RequestOfLine({}, surroundings);
  EXPECT_THAT(kept->named_metrics_urls, ElementsAre("http://a:1/metrics"));
  EXPECT_TRUE(kept->spec.metrics_urls_named);
  const auto other = RequestOfLine({"--server-metrics", "http://b:2/metrics"}, surroundings);
  EXPECT_THAT(other->named_metrics_urls, ElementsAre("http://b:2/metrics"));
  const auto none = RequestOfLine({"--no-server-metrics"}, surroundings);
  EXPECT_THAT(none->named_metrics_urls, ElementsAre());
}

TEST(MetricsFlagsTest, AllAddressesOfANameArePartOfItsUrl) {
  const auto request = Good({"--server-metrics", "dns+https://user:pw@vllm:8443/metrics"});
  EXPECT_THAT(request.named_metrics_urls, ElementsAre("dns+https://vllm:8443/metrics"));
  EXPECT_THAT(request.secrets.metrics_authorizations, ElementsAre("Basic dXNlcjpwdw=="));
  EXPECT_THAT(Refusal({"--server-metrics", "dns+ftp://vllm/metrics"}),
              HasSubstr("scheme: need http or https"));
  // One address of them would count twice.
  EXPECT_THAT(
      Refusal({"--server-metrics", "dns+http://vllm:8000/metrics,http://vllm:8000/metrics"}),
      HasSubstr("http://vllm:8000/metrics is given twice"));
}

TEST(MetricsFlagsTest, TheFolderOfRequestMetricsIsInTheSpec) {
  EXPECT_EQ(Good({}).spec.sglang_metrics_dir, "");
  EXPECT_EQ(Good({"--sglang-metrics-dir", "logs"}).spec.sglang_metrics_dir, "logs");
}

TEST(MetricsFlagsTest, IterationStatisticsAreReadOnlyWhereAskedFor) {
  EXPECT_FALSE(Good({}).spec.trtllm_iteration_stats);
  EXPECT_TRUE(Good({"--trtllm-iteration-stats"}).spec.trtllm_iteration_stats);
  for (const std::vector<std::string>& other : {std::vector<std::string>{"--no-server-metrics"},
                                                {"--server-metrics", "http://m/metrics"}}) {
    std::vector<std::string> line = {"--trtllm-iteration-stats"};
    line.insert(line.end(), other.begin(), other.end());
    EXPECT_EQ(RequestOfLine(line, {}).status().message(),
              "--trtllm-iteration-stats: reads each target's own; can't be combined with "
              "--server-metrics or --no-server-metrics");
  }
}

TEST(MetricsFlagsTest, IterationStatisticsOfLikeGiveWayToWhatIsAskedForNow) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->trtllm_iteration_stats = true;
  surroundings.like->metrics_urls = {"http://a:1/metrics"};
  EXPECT_TRUE(RequestOfLine({}, surroundings)->spec.trtllm_iteration_stats);
  const auto named = RequestOfLine({"--server-metrics", "http://b:2/metrics"}, surroundings);
  EXPECT_FALSE(named->spec.trtllm_iteration_stats);
  EXPECT_THAT(named->named_metrics_urls, ElementsAre("http://b:2/metrics"));
  const auto none = RequestOfLine({"--no-server-metrics"}, surroundings);
  EXPECT_FALSE(none->spec.trtllm_iteration_stats);
  EXPECT_FALSE(none->spec.server_metrics);
}

// They are the targets' own: a URL that --like's run was given is none.
TEST(MetricsFlagsTest, IterationStatisticsReplaceTheMetricsOfLike) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->metrics_urls = {"http://a:1/metrics"};
  surroundings.like->metrics_urls_named = true;
  const auto named = RequestOfLine({"--trtllm-iteration-stats"}, surroundings);
  EXPECT_TRUE(named->spec.trtllm_iteration_stats);
  EXPECT_THAT(named->named_metrics_urls, ElementsAre());
  EXPECT_FALSE(named->spec.metrics_urls_named);
  surroundings.like->metrics_urls_named = false;
  surroundings.like->server_metrics = false;
  EXPECT_TRUE(RequestOfLine({"--trtllm-iteration-stats"}, surroundings)->spec.server_metrics);
}

}  // namespace
}  // namespace specctl::cli
