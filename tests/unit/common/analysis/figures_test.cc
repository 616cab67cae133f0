#include "common/analysis/figures.h"

#include <gtest/gtest.h>

#include <vector>

namespace specctl {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

// 10 tokens in 100 ms behind the first, whose arrival is known to 50 ms.
SettledRequest Streamed() {
  SettledRequest request;
  request.outcome = Outcome::kOk;
  request.chunks = 11;
  request.first_token_ns = 1'000 * kMillisecond;
  request.last_token_ns = 1'100 * kMillisecond;
  request.first_within_us = 50'000;
  request.output_tokens = 11;
  request.first_chunk_tokens = 1;
  return request;
}

// One chunk, and an end of sequence that came without one.
SettledRequest OfOneChunk() {
  SettledRequest request = Streamed();
  request.chunks = 1;
  request.last_token_ns = request.first_token_ns;
  request.first_within_us = 0;
  request.output_tokens = 2;
  return request;
}

LatencyFigures FiguresOf(const std::vector<SettledRequest>& requests) {
  RequestSet set;
  for (const SettledRequest& request : requests) set.push_back(&request);
  return LatenciesOf({.requests = &set});
}

TEST(FiguresTest, AStreamsErrorIsThatOfItsArrivals) {
  const LatencyFigures figures = FiguresOf({Streamed()});
  ASSERT_TRUE(figures.user_tps);
  EXPECT_DOUBLE_EQ(figures.user_tps->p50, 100);
  EXPECT_NEAR(figures.user_tps->error->p50, 100 - 10 / 0.150, 0.01);
  EXPECT_NEAR(figures.itl_ms->error->p50, 5, 0.01);
}

TEST(FiguresTest, ARequestWithoutAUserTpsHasNoPartInItsError) {
  SettledRequest without_chunks = OfOneChunk();
  without_chunks.chunks = 0;
  without_chunks.first_token_ns = without_chunks.last_token_ns = std::nullopt;
  const LatencyFigures figures =
      FiguresOf({Streamed(), OfOneChunk(), OfOneChunk(), OfOneChunk(), without_chunks});
  EXPECT_EQ(figures.user_tps->count, 1u);
  EXPECT_NEAR(figures.user_tps->error->p50, 100 - 10 / 0.150, 0.01);
}

TEST(FiguresTest, BoundsOfErrorsMayBeLeftOut) {
  const SettledRequest request = Streamed();
  const RequestSet set = {&request};
  const LatencyFigures figures = LatenciesOf({.requests = &set, .bounds = ErrorBounds::kLeftOut});
  EXPECT_DOUBLE_EQ(figures.user_tps->p50, 100);
  EXPECT_FALSE(figures.user_tps->error);
  EXPECT_FALSE(figures.itl_ms->error);
}

TEST(FiguresTest, WhatARequestLacksItHasNoFigureOf) {
  SettledRequest bare;
  bare.outcome = Outcome::kOk;
  const LatencyFigures figures = FiguresOf({bare});
  EXPECT_FALSE(figures.ttft_ms);
  EXPECT_FALSE(figures.ttft_user_ms);
  EXPECT_FALSE(figures.request_latency_ms);
  EXPECT_FALSE(figures.connect_ms);
  EXPECT_FALSE(figures.user_tps);
  EXPECT_FALSE(TtftMs(bare));
  EXPECT_FALSE(ItlMs(bare));
}

}  // namespace
}  // namespace specctl
