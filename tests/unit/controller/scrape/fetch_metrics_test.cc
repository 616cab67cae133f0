#include "controller/scrape/fetch_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/answering_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::controller {
namespace {

TEST(FetchMetricsTest, AsksForTextWithTheHeadersOfThatUrl) {
  fakes::AnsweringServer server(
      [](const std::string&) { return fakes::PlainResponse("404 Not Found", "no"); });
  MetricsTarget target;
  target.url = *ParseUrl(server.Url() + "/metrics");
  target.headers = {{"Authorization", "Bearer k"}};
  FetchOptions options;
  options.timeout = std::chrono::seconds(30);
  const auto reply = FetchMetrics(target, options);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 404u);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_THAT(server.requests()[0], ::testing::HasSubstr("GET /metrics"));
  EXPECT_THAT(server.requests()[0], ::testing::HasSubstr("text/plain;version=0.0.4"));
  EXPECT_THAT(server.requests()[0], ::testing::HasSubstr("Bearer k"));
}

}  // namespace
}  // namespace specctl::controller
