#include "controller/measure/metrics_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

MeasureRequest Scraping(std::vector<std::string> metrics_urls, bool named) {
  MeasureRequest request;
  request.spec.metrics_urls = metrics_urls;
  if (named) request.named_metrics_urls = std::move(metrics_urls);
  request.secrets.headers = {{"X-Tenant", "a"}, {"X-Api-Key", "s3cr3t"}};
  request.secrets.api_key = "k";
  request.metrics_headers = {{"X-Scrape", "yes"}, {"authorization", "Bearer m"}};
  return request;
}

std::vector<TargetProbed> Probed(const std::string& url) {
  TargetProbed target;
  target.url = url;
  target.engine = "vllm";
  return {target};
}

auto HeadersFor(const std::string& target_url, const std::string& metrics_url, bool named) {
  const auto metrics = MetricsTargets(Scraping({metrics_url}, named), Probed(target_url));
  EXPECT_TRUE(metrics.ok()) << metrics.status();
  return metrics->at(0).headers;
}

TEST(MetricsTargetsTest, ATargetsOwnMetricsGetWhatItsRequestsGet) {
  EXPECT_THAT(HeadersFor("http://a:1/pre", "http://a:1/pre/metrics", false),
              ElementsAre(Pair("X-Tenant", "a"), Pair("X-Api-Key", "s3cr3t"),
                          Pair("Authorization", "Bearer k")));
}

TEST(MetricsTargetsTest, NoOtherHostPortOrSchemeGetsThem) {
  for (const char* url : {"http://b:1/metrics", "http://a:2/metrics", "https://a:1/metrics"}) {
    EXPECT_THAT(HeadersFor("http://a:1", url, true),
                ElementsAre(Pair("X-Scrape", "yes"), Pair("authorization", "Bearer m")))
        << url;
  }
}

TEST(MetricsTargetsTest, ANamedUrlOfATargetGetsBothAndItsOwnGoFirst) {
  EXPECT_THAT(HeadersFor("http://a:1", "http://A:1/other", true),
              ElementsAre(Pair("X-Tenant", "a"), Pair("X-Api-Key", "s3cr3t"),
                          Pair("X-Scrape", "yes"), Pair("authorization", "Bearer m")));
}

TEST(MetricsTargetsTest, ANameOfSeveralServersIsTheTargetsWhereItsHostIs) {
  EXPECT_THAT(HeadersFor("http://a:1", "dns+http://a:1/metrics", false),
              ElementsAre(Pair("X-Tenant", "a"), Pair("X-Api-Key", "s3cr3t"),
                          Pair("Authorization", "Bearer k")));
  const auto metrics = MetricsTargets(
      Scraping({"dns+http://b:2/metrics", "http://b:3/metrics"}, true), Probed("http://a:1"));
  EXPECT_TRUE(metrics->at(0).all_addresses);
  EXPECT_EQ(metrics->at(0).url.ToString(), "http://b:2/metrics");
  EXPECT_FALSE(metrics->at(1).all_addresses);
}

TEST(MetricsTargetsTest, ATargetWithoutMetricsHasNoneAndTheOthersKeepTheirNumbers) {
  const auto metrics =
      MetricsTargets(Scraping({"", "http://a:1/metrics"}, false), Probed("http://a:1"));
  ASSERT_EQ(metrics->size(), 1u);
  EXPECT_EQ(metrics->at(0).target, 1u);
}

TEST(MetricsTargetsTest, StatisticsOfIterationsAreReadWhereThereIsNothingElse) {
  MeasureRequest request = Scraping({"http://a:1/metrics"}, false);
  std::vector<TargetProbed> targets = Probed("http://a:1");
  targets[0].engine = "trtllm";
  EXPECT_FALSE(MetricsTargets(request, targets)->at(0).iteration_stats);
  request.spec.trtllm_iteration_stats = true;
  EXPECT_TRUE(MetricsTargets(request, targets)->at(0).iteration_stats);
  targets[0].metrics_url = "http://a:1/prometheus/metrics";
  EXPECT_FALSE(MetricsTargets(request, targets)->at(0).iteration_stats);
  targets[0].metrics_url.clear();
  targets[0].engine = "vllm";
  EXPECT_FALSE(MetricsTargets(request, targets)->at(0).iteration_stats);
}

}  // namespace
}  // namespace specctl::controller
