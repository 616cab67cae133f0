#include "common/analysis/token_books.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

OpenRequest Carried(uint64_t chunks, uint64_t tokens) {
  OpenRequest request;
  request.chunks = chunks;
  request.counted_tokens = tokens;
  return request;
}

RequestFinished Told(std::optional<uint64_t> total, TokenSource source) {
  RequestFinished finish;
  finish.output_tokens = total;
  finish.token_source = source;
  return finish;
}

TEST(CountTokensTest, WhatAgreesIsNotApart) {
  const TokenCount count = CountTokens(Carried(5, 9), Told(9, TokenSource::kContinuousUsage));
  EXPECT_EQ(count.total, 9u);
  EXPECT_EQ(count.tail, 0u);
  EXPECT_FALSE(count.unattributed());
}

TEST(CountTokensTest, BehindTheLastChunkIsWhatPerChunkUsageShowsThere) {
  EXPECT_EQ(CountTokens(Carried(5, 5), Told(11, TokenSource::kContinuousUsage)).tail, 6u);
  EXPECT_EQ(CountTokens(Carried(5, 5), Told(8, TokenSource::kTimings)).tail, 3u);
  // Without it, one: the end of sequence.
  EXPECT_EQ(CountTokens(Carried(5, 5), Told(6, TokenSource::kTokenIds)).tail, 1u);
  const TokenCount two = CountTokens(Carried(5, 5), Told(7, TokenSource::kTokenIds));
  EXPECT_EQ(two.tail, 0u);
  EXPECT_EQ(two.apart, 2u);
}

TEST(CountTokensTest, ChunksThatCarriedMoreThanTheTotalAreApart) {
  EXPECT_EQ(CountTokens(Carried(5, 9), Told(7, TokenSource::kContinuousUsage)).apart, 2u);
}

TEST(CountTokensTest, ChunksOfUnknownTokensAreNotApart) {
  OpenRequest request = Carried(5, 0);
  request.unknown_chunks = 5;
  const TokenCount count = CountTokens(request, Told(20, TokenSource::kTotalsOnly));
  EXPECT_EQ(count.total, 20u);
  EXPECT_FALSE(count.unattributed());
}

TEST(CountTokensTest, WithAFaultAllOfItsTokensAre) {
  RequestFinished finish = Told(48, TokenSource::kTotalsOnly);
  finish.token_fault = TokenFault::kUsageStalls;
  const TokenCount count = CountTokens(Carried(2, 48), finish);
  EXPECT_EQ(count.total, 48u);
  EXPECT_EQ(count.apart, 48u);
}

TEST(CountTokensTest, ATotalThatTheRequestDidNotAllowIsNone) {
  RequestFinished finish = Told(UINT64_MAX, TokenSource::kTokenIds);
  finish.max_tokens = 16;
  const TokenCount absurd = CountTokens(Carried(16, 16), finish);
  EXPECT_EQ(absurd.total, 16u);
  EXPECT_EQ(absurd.fault, TokenFault::kAboveMaxTokens);
  EXPECT_EQ(absurd.apart, 16u);
  OpenRequest unknown = Carried(16, 0);
  unknown.unknown_chunks = 16;
  EXPECT_EQ(CountTokens(unknown, finish).total, std::nullopt);
  // A server that does not heed max_tokens, and whose chunks bear its total out.
  finish.output_tokens = 20;
  EXPECT_FALSE(CountTokens(Carried(20, 20), finish).unattributed());
}

// One slot, 40 requests a second of 5 tokens each, 20 ms apart; `bad` of 40 get `fault`.
Results WithFaults(int bad) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 40 * 8; ++i) {
    ScriptRequest& request = script.Begin({.at_ms = i * 25.0});
    request.Chunks(5, i * 25 + 4, 4, 1).Ok(i * 25 + 24);
    if (i % 40 < bad) request.finish().token_fault = TokenFault::kUsageFalls;
  }
  return Fold(script.Events());
}

TEST(TokenBooksTest, FewResponsesApartAreLeftOutOfPerTokenFigures) {
  const Results few = WithFaults(0);
  EXPECT_FALSE(HasLabel(few.verdict.labels, Label::kTokensUnattributed));
  EXPECT_EQ(few.whole_token_books.by_chunks, 1'600u);
  EXPECT_EQ(few.whole_token_books.by_totals, 1'600u);
}

TEST(TokenBooksTest, ManyWithholdTheHoldsPerTokenFigures) {
  const Results many = WithFaults(10);
  EXPECT_TRUE(HasLabel(many.verdict.labels, Label::kTokensUnattributed));
  EXPECT_TRUE(many.tokens_withheld);
  EXPECT_FALSE(many.headline.throughput.output_tps || many.headline.latency.itl_ms ||
               many.headline.latency.user_tps);
  EXPECT_FALSE(many.headline.throughput.user_tps_mean || many.windows[3].output_tps);
  EXPECT_TRUE(many.headline.latency.ttft_ms && many.headline.throughput.requests_per_s);
  ASSERT_TRUE(many.whole_run.throughput.output_tps.has_value());
  EXPECT_NEAR(many.whole_run.throughput.output_tps->value, 200, 2);
  EXPECT_EQ(many.whole_token_books.responses_apart, 80u);
  EXPECT_EQ(many.whole_token_books.faults[static_cast<size_t>(TokenFault::kUsageFalls)], 80u);
}

TEST(TokenBooksTest, TokensBehindTheLastChunkCountWhereTheResponseEnds) {
  JournalScript script({.bs = 1});
  ScriptRequest& request = script.Begin({.at_ms = 0});
  request.Chunks(5, 10, 10, 1).Ok(2'500);
  request.finish().token_source = TokenSource::kContinuousUsage;
  request.finish().output_tokens = 8;
  const Results results = Fold(script.Events());
  ASSERT_GE(results.windows.size(), 3u);
  EXPECT_EQ(results.windows[0].output_tps, 5);
  EXPECT_EQ(results.windows[2].output_tps, 3);
  EXPECT_EQ(results.whole_token_books.responses_apart, 0u);
  EXPECT_EQ(results.whole_token_books.tail, 3u);
}

}  // namespace
}  // namespace specctl
