// Tokens of chunks: by usage, token ids and logprobs, and what is not believed of them.
#include "common/engine/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/hash.h"
#include "tests/unit/common/engine/response_events.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ResponseReaderTest, ContinuousUsageCountsByGrowth) {
  EXPECT_THAT(Read({WithUsage(kRole, 0), WithUsage(Chunk("a"), 1), WithUsage(Chunk("bcd"), 4),
                    WithUsage(Chunk(""), 5), WithUsage(Finish("length"), 6), Total(6), "[DONE]"}),
              ElementsAre(1, 3, 1, 1));
  EXPECT_EQ(reader.token_source(), TokenSource::kContinuousUsage);
  EXPECT_EQ(reader.output_tokens(), 6u);
  EXPECT_EQ(reader.input_tokens(), 16u);
  EXPECT_EQ(reader.kept().text, "abcd");
  EXPECT_EQ(reader.output_hash(), Fnv1a("abcd"));
  EXPECT_EQ(reader.response_id(), "r1");
  EXPECT_TRUE(reader.complete());
  EXPECT_TRUE(reader.done_seen());
}

TEST_F(ResponseReaderTest, HeldBackTextThatIsLetGoIsNoToken) {
  EXPECT_THAT(Read({WithUsage(Chunk(""), 3), WithUsage(Chunk("abc"), 3)}), ElementsAre(3));
}

TEST_F(ResponseReaderTest, OnlyAFinalTotal) {
  EXPECT_THAT(Read({kRole, Chunk("a"), Chunk("b"), Finish("stop"), Total(7)}),
              ElementsAre(kUnknown, kUnknown));
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.output_tokens(), 7u);
}

TEST_F(ResponseReaderTest, NoUsageAtAll) {
  EXPECT_THAT(Read({kRole, Chunk("a"), Finish("stop")}), ElementsAre(kUnknown));
  EXPECT_EQ(reader.token_source(), TokenSource::kNone);
  EXPECT_FALSE(reader.output_tokens());
  EXPECT_TRUE(reader.complete());
}

TEST_F(ResponseReaderTest, TotalOnTheFinishChunkIsNoChunkOfItsOwn) {
  EXPECT_THAT(Read({Chunk("a"), Chunk("b"), WithUsage(Finish("length"), 2)}),
              ElementsAre(kUnknown, kUnknown));
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.output_tokens(), 2u);
}

TEST_F(ResponseReaderTest, OneChunkThatHasItsTotalIsKnown) {
  EXPECT_THAT(Read({WithUsage(Chunk("a", R"(,"finish_reason":"length")"), 1)}), ElementsAre(1));
  EXPECT_EQ(reader.token_source(), TokenSource::kContinuousUsage);
}

TEST_F(ResponseReaderTest, GrowthOverUnknownChunksIsGivenToNone) {
  EXPECT_THAT(Read({Chunk("a"), Chunk("b"), WithUsage(Chunk("c"), 9), WithUsage(Chunk("d"), 11)}),
              ElementsAre(kUnknown, kUnknown, kUnknown, 2));
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.output_tokens(), 11u);
}

TEST_F(ResponseReaderTest, TotalOfZeroBesideTextIsNotBelieved) {
  EXPECT_THAT(
      Read({WithUsage(Chunk("a"), 0), WithUsage(Chunk("b"), 0), WithUsage(Finish("stop"), 5)}),
      ElementsAre(kUnknown, kUnknown));
  EXPECT_EQ(reader.output_tokens(), 5u);
  EXPECT_THAT(Read({WithUsage(Chunk("a"), 0)}), ElementsAre(kUnknown));
  EXPECT_EQ(reader.token_source(), TokenSource::kNone);
  EXPECT_FALSE(reader.output_tokens());
}

// --- usage that is not what it should be --------------------------------------------------------

TEST_F(ResponseReaderTest, UsageThatFallsIsUsedNoMoreAndTheLastTotalStays) {
  EXPECT_THAT(Read({WithUsage(Chunk("a"), 5), WithUsage(Chunk("b"), 3), WithUsage(Chunk("c"), 4)}),
              ElementsAre(5, kUnknown, kUnknown));
  EXPECT_EQ(reader.token_fault(), TokenFault::kUsageFalls);
  EXPECT_EQ(reader.output_tokens(), 4u);
  EXPECT_EQ(reader.token_source(), TokenSource::kNone) << "no total came at the end";
  Read({WithUsage(Chunk("a"), 5), WithUsage(Finish("stop"), 5), Total(4)});
  EXPECT_EQ(reader.token_fault(), TokenFault::kUsageFalls);
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
}

TEST_F(ResponseReaderTest, UsageOfEachChunkAloneStalls) {
  const std::string one = WithUsage(Chunk("x"), 1);
  EXPECT_THAT(Read({WithUsage(kRole, 0), one, one, one, one, one, Finish("length"), Total(5)}),
              ElementsAre(1, kUnknown, kUnknown, kUnknown));
  EXPECT_EQ(reader.token_fault(), TokenFault::kUsageStalls);
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.output_tokens(), 5u);
}

TEST_F(ResponseReaderTest, UsageOfEachChunkAloneIsTheTotalInSum) {
  Read({WithUsage(Chunk("a"), 1), WithUsage(Chunk("b"), 2), WithUsage(Chunk("c"), 4),
        Finish("length"), Total(7)});
  EXPECT_EQ(reader.token_fault(), TokenFault::kUsageNotTotal);
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
}

TEST_F(ResponseReaderTest, TheFinalTotalOnEveryChunkStalls) {
  const std::string chunk = WithUsage(Chunk("x"), 4);
  EXPECT_THAT(Read({WithUsage(kRole, 4), chunk, chunk, chunk, chunk, WithUsage(Finish("stop"), 4)}),
              ElementsAre(4, kUnknown, kUnknown));
  EXPECT_EQ(reader.token_fault(), TokenFault::kUsageStalls);
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.output_tokens(), 4u);
}

TEST_F(ResponseReaderTest, AFewTextsThatWereHeldBackAreNoFault) {
  std::vector<std::string> events;
  for (uint64_t i = 1; i <= 20; ++i) events.push_back(WithUsage(Chunk("x"), i));
  events.push_back(WithUsage(Chunk("x"), 20));
  events.push_back(WithUsage(Chunk("x", R"(,"finish_reason":"stop")"), 20));
  EXPECT_EQ(Read(events), std::vector<uint32_t>(20, 1));
  EXPECT_EQ(reader.token_fault(), TokenFault::kNone);
}

TEST_F(ResponseReaderTest, UsageOfTheChunkBeforeLags) {
  EXPECT_THAT(Read({WithUsage(kRole, 0), WithUsage(Chunk("a"), 0), WithUsage(Chunk("b"), 1),
                    WithUsage(Chunk("c"), 2), WithUsage(Finish("length"), 3), Total(3)}),
              ElementsAre(kUnknown, kUnknown, kUnknown));
  EXPECT_EQ(reader.token_fault(), TokenFault::kUsageLags);
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
}

TEST_F(ResponseReaderTest, AfterAFaultTheNextSourceCounts) {
  const auto chunk = [](std::string_view ids, uint64_t usage) {
    return WithUsage(Chunk("x", R"(,"token_ids":)" + std::string(ids)), usage);
  };
  EXPECT_THAT(Read({WithUsage(kRole, 0), chunk("[1]", 0), chunk("[2,3]", 0), chunk("[4]", 0)}),
              ElementsAre(1, 2, 1));
  EXPECT_EQ(reader.token_fault(), TokenFault::kUsageLags);
  EXPECT_EQ(reader.token_source(), TokenSource::kTokenIds);
  EXPECT_EQ(reader.output_tokens(), 4u);
  EXPECT_THAT(Read({chunk("[1]", 3), chunk("[2,3]", 2)}), ElementsAre(3, 2));
  EXPECT_EQ(reader.token_source(), TokenSource::kNone) << "one was counted by usage";
}

TEST_F(ResponseReaderTest, TheRoleChunksUsageIsTheNextChunks) {
  EXPECT_THAT(Read({WithUsage(kRole, 1), WithUsage(Field(""), 1), WithUsage(Chunk("a"), 1),
                    WithUsage(Chunk("b"), 2), WithUsage(Finish("stop"), 2)}),
              ElementsAre(1, 1));
  EXPECT_THAT(Read({WithUsage(kRole, 1), WithUsage(Chunk("ab"), 3)}), ElementsAre(3));
  EXPECT_EQ(reader.token_fault(), TokenFault::kNone);
  EXPECT_THAT(Read({WithUsage(kRole, 1), WithUsage(Finish("stop"), 1)}), IsEmpty());
  EXPECT_EQ(reader.output_tokens(), 1u);
}

TEST_F(ResponseReaderTest, UsageThatIsNotTrustedTellsOfNoChunk) {
  EXPECT_THAT(Read({WithUsage(Chunk("a"), 1), WithUsage(Chunk("b", R"(,"token_ids":[1])"), 1),
                    WithUsage(Finish("stop"), 1), Total(2)},
                   {.trust_usage = false}),
              ElementsAre(kUnknown, 1));
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.token_fault(), TokenFault::kNone);
  EXPECT_EQ(reader.output_tokens(), 2u);
  Read({WithUsage(Chunk("a"), 1)}, {.trust_usage = false});
  EXPECT_EQ(reader.token_source(), TokenSource::kNone);
}

TEST_F(ResponseReaderTest, ATotalThatTheRequestDidNotAllow) {
  for (const uint64_t total : {uint64_t{1000}, UINT64_MAX}) {
    SCOPED_TRACE(total);
    const ResponseReader::Options options = {.max_tokens = 8};
    EXPECT_THAT(Read({Chunk("a"), Chunk("b"), Finish("stop"), Total(total)}, options),
                ElementsAre(kUnknown, kUnknown));
    EXPECT_EQ(reader.token_fault(), TokenFault::kAboveMaxTokens);
    EXPECT_EQ(reader.token_source(), TokenSource::kNone);
    EXPECT_EQ(reader.output_tokens(), total) << "as the server said it";
    EXPECT_THAT(Read({WithUsage(Chunk("a"), 1), WithUsage(Chunk("b"), total), Total(2)}, options),
                ElementsAre(1, kUnknown));
    EXPECT_EQ(reader.token_fault(), TokenFault::kAboveMaxTokens);
    EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  }
  EXPECT_THAT(Read({WithUsage(Chunk("a"), UINT64_MAX), WithUsage(Chunk("b"), UINT64_MAX)}),
              ElementsAre(kUnknown, kUnknown))
      << "whatever is allowed";
  EXPECT_EQ(reader.token_fault(), TokenFault::kAboveMaxTokens);
}

TEST_F(ResponseReaderTest, AServerThatWritesABitMoreThanItMay) {
  std::vector<std::string> events, counted;
  for (uint64_t i = 1; i <= 10; ++i) {
    events.push_back(Chunk("x"));
    counted.push_back(WithUsage(Chunk("x"), i));
  }
  events.push_back(Total(10));
  counted.push_back(Total(10));
  Read(events, {.max_tokens = 8});
  EXPECT_EQ(reader.token_fault(), TokenFault::kNone);
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(Read(counted, {.max_tokens = 8}), std::vector<uint32_t>(10, 1));
  EXPECT_EQ(reader.token_fault(), TokenFault::kNone);
  EXPECT_EQ(reader.max_tokens(), 8u);
}

TEST_F(ResponseReaderTest, AbsurdTimingsAreNoTokens) {
  const std::string absurd =
      R"({"choices":[{"delta":{"content":"a"}}],"timings":{"predicted_n":18446744073709551615,)"
      R"("predicted_ms":1}})";
  EXPECT_THAT(Read({absurd, absurd, WithUsage(Finish("stop"), 2)}),
              ElementsAre(kUnknown, kUnknown));
  EXPECT_EQ(reader.output_tokens(), 2u);
}

TEST_F(ResponseReaderTest, FinalTotalAboveTheChunksIsKept) {
  EXPECT_THAT(Read({WithUsage(Chunk("a"), 5), Finish("stop"), Total(11)}), ElementsAre(5));
  EXPECT_EQ(reader.output_tokens(), 11u);
  EXPECT_EQ(reader.token_source(), TokenSource::kContinuousUsage);
}

TEST_F(ResponseReaderTest, TokenIdsThenLogprobs) {
  EXPECT_THAT(Read({kRole, Chunk("a", R"(,"token_ids":[1])"), Chunk("", R"(,"token_ids":[2,3])"),
                    Finish("stop")}),
              ElementsAre(1, 2));
  EXPECT_EQ(reader.token_source(), TokenSource::kTokenIds);
  EXPECT_EQ(reader.output_tokens(), 3u);
  EXPECT_THAT(Read({Chunk("a", R"(,"logprobs":{"content":[{},{}]})"), Total(2)}), ElementsAre(2));
  EXPECT_EQ(reader.token_source(), TokenSource::kLogprobs);
}

TEST_F(ResponseReaderTest, UsageGoesBeforeTokenIds) {
  EXPECT_THAT(Read({WithUsage(Chunk("a", R"(,"token_ids":[1,2,3])"), 2)}), ElementsAre(2));
  EXPECT_THAT(
      Read({Chunk("a", R"(,"token_ids":[1])"), WithUsage(Chunk("b", R"(,"token_ids":[2,3])"), 3)}),
      ElementsAre(1, 2));
  EXPECT_EQ(reader.token_source(), TokenSource::kTokenIds) << "the least of the two";
}

}  // namespace
}  // namespace specctl
