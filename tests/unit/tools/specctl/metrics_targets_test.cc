#include "tools/specctl/metrics_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

RunSettings Scraping(std::vector<std::string> metrics_urls, bool named) {
  RunSettings settings;
  settings.spec.metrics_urls = metrics_urls;
  if (named) settings.named_metrics_urls = std::move(metrics_urls);
  settings.secrets.headers = {{"X-Tenant", "a"}, {"X-Api-Key", "s3cr3t"}};
  settings.secrets.api_key = "k";
  settings.metrics_headers = {{"X-Scrape", "yes"}, {"authorization", "Bearer m"}};
  return settings;
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

TEST(MetricsTargetsTest, ATargetWithoutMetricsHasNoneAndTheOthersKeepTheirNumbers) {
  const auto metrics =
      MetricsTargets(Scraping({"", "http://a:1/metrics"}, false), Probed("http://a:1"));
  ASSERT_EQ(metrics->size(), 1u);
  EXPECT_EQ(metrics->at(0).target, 1u);
}

TEST(MetricsHeadersTest, AHeaderThatIsNoneIsRefusedWithoutItsText) {
  EXPECT_THAT(*ParseMetricsHeaders({"X-A: b:c ", "X-B:"}),
              ElementsAre(Pair("X-A", "b:c"), Pair("X-B", "")));
  EXPECT_THAT(*ParseMetricsHeaders({}), IsEmpty());
  for (const char* text : {"hunter2", "bad name: hunter2", "X-A: hunter2\r\nX-B: 1", ": hunter2"}) {
    const absl::Status refused = ParseMetricsHeaders({text}).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.message()), ::testing::Not(::testing::HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace specctl::cli
