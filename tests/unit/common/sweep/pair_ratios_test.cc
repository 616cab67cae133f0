#include "common/sweep/pair_ratios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/planning/pooled_points.h"

namespace specctl::testing {
namespace {

constexpr int64_t kMsNs = 1'000'000;

// The k-th conversation on a target: the first token after `ttft_ms`, then 10 tokens at that rate.
SampledRequest RequestOf(uint64_t k, uint32_t target, double ttft_ms, double tokens_per_s) {
  SampledRequest request;
  SettledRequest& settled = request.settled;
  settled.position = 2 * k + (k % 3 == 0 ? target : 1 - target);
  settled.target = target;
  settled.outcome = Outcome::kOk;
  settled.start_ns = 0;
  settled.first_token_ns = static_cast<int64_t>(ttft_ms * kMsNs);
  settled.last_token_ns = *settled.first_token_ns + static_cast<int64_t>(1e10 / tokens_per_s);
  settled.end_ns = *settled.last_token_ns;
  settled.output_tokens = 11u;
  settled.first_chunk_tokens = 1u;
  settled.chunks = 11;
  settled.counted_tokens = 11;
  return request;
}

TEST(PairRatiosTest, IsTheGeometricMeanOverConversations) {
  RunSample sample;
  for (uint64_t k = 0; k < 20; ++k) {
    // Conversations differ much more than targets: pairs take that out.
    const double pace = 20 + 10.0 * static_cast<double>(k);
    sample.requests.push_back(RequestOf(k, 0, 100, pace));
    sample.requests.push_back(RequestOf(k, 1, 80, pace * (k % 2 == 0 ? 2.2 : 1.8)));
  }
  const auto ratios = PairRatios(sample);
  ASSERT_TRUE(ratios.ok()) << ratios.status();
  const Measured& tps = *FindMeasured(*ratios, "user_tps", "mean");
  EXPECT_NEAR(tps.value, std::sqrt(2.2 * 1.8), 1e-6);
  EXPECT_GT(*tps.Low(kZ975), 1.8);
  EXPECT_LT(*tps.High(kZ975), 2.2);
  EXPECT_NEAR(FindMeasured(*ratios, "itl_ms", "mean")->value, 1 / tps.value, 1e-6);
  EXPECT_NEAR(FindMeasured(*ratios, "ttft_ms", "mean")->value, 0.8, 1e-9);
}

TEST(PairRatiosTest, OfARunThatIsInvalidOrUnstableThereAreNone) {
  RunSample sample;
  for (uint64_t k = 0; k < 6; ++k) {
    sample.requests.push_back(RequestOf(k, 0, 100, 50));
    sample.requests.push_back(RequestOf(k, 1, 100, 50));
  }
  ASSERT_TRUE(PairRatios(sample).ok());
  sample.results.verdict.state = VerdictState::kInvalid;
  EXPECT_EQ(PairRatios(sample).status().message(), "its run is invalid");
  sample.results.verdict.state = VerdictState::kDegraded;
  sample.results.verdict.reasons = {{.code = ReasonCode::kUnstable, .text = "it grew"}};
  EXPECT_EQ(PairRatios(sample).status().message(), "its run is unstable: it grew");
}

TEST(PairRatiosTest, OnlyWhatEndedWellOnBothCounts) {
  RunSample sample;
  for (uint64_t k = 0; k < 6; ++k) {
    sample.requests.push_back(RequestOf(k, 0, 100, 50));
    sample.requests.push_back(RequestOf(k, 1, 100, 50));
  }
  sample.requests[0].settled.outcome = Outcome::kFailed;
  EXPECT_EQ(FindMeasured(*PairRatios(sample), "user_tps", "mean")->spread->degrees, 4);
  sample.requests[2].settled.outcome = Outcome::kFailed;
  const auto too_few = PairRatios(sample);
  EXPECT_TRUE(absl::IsFailedPrecondition(too_few.status()));
  EXPECT_THAT(std::string(too_few.status().message()),
              ::testing::HasSubstr("4 conversations ended well on both"));
}

}  // namespace
}  // namespace specctl::testing
