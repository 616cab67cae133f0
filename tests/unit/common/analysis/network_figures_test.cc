#include "common/analysis/network_figures.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

namespace specctl {
namespace {

constexpr int64_t kMilli = 1'000'000;

TEST(NetworkFiguresTest, TheMedianOverAConnectionsLeastAndTtftOfTheHeadline) {
  std::deque<SettledRequest> all;
  RequestSet requests, headline;
  const auto add = [&](uint32_t target, std::optional<int64_t> round_trip_ns, int64_t ttft_ns) {
    SettledRequest& request = all.emplace_back();
    request.target = target;
    request.round_trip_ns = round_trip_ns;
    request.outcome = Outcome::kOk;
    request.start_ns = 0;
    request.first_token_ns = ttft_ns;
    requests.push_back(&request);
    if (all.size() > 1) headline.push_back(&request);
  };
  add(1, 9 * kMilli, 500 * kMilli);  // before the hold
  add(1, 2 * kMilli, 100 * kMilli);
  add(1, 4 * kMilli, 100 * kMilli);
  add(1, std::nullopt, 100 * kMilli);  // on a connection that was there
  add(0, std::nullopt, 50 * kMilli);
  const auto networks = NetworkByTarget(requests, headline);
  ASSERT_EQ(networks.size(), 1u);
  EXPECT_EQ(networks[0].target, 1u);
  EXPECT_EQ(networks[0].connections, 3u);
  EXPECT_DOUBLE_EQ(networks[0].round_trip_ms, 4);
  EXPECT_DOUBLE_EQ(networks[0].ttft_p50_ms.value(), 100);
}

}  // namespace
}  // namespace specctl
