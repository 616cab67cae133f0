#include "common/engine/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/hash.h"
#include "common/net/sse_parser.h"
#include "tests/fakes/allocation_count.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kUnknown = 999;  // of a token-bearing chunk

// A small language of events.
std::string Chunk(std::string_view text, std::string_view more = "") {
  return R"({"id":"r1","choices":[{"index":0,"delta":{"content":")" + std::string(text) + "\"}" +
         std::string(more) + "}]}";
}
std::string WithUsage(std::string event, uint64_t completion_tokens) {
  event.pop_back();
  return event + R"(,"usage":{"prompt_tokens":16,"completion_tokens":)" +
         std::to_string(completion_tokens) + "}}";
}
// A chunk whose delta has one field.
std::string Field(std::string_view json) {
  return R"({"id":"r1","choices":[{"index":0,"delta":{)" + std::string(json) +
         R"(},"finish_reason":null}]})";
}
std::string Total(uint64_t completion_tokens) {
  return WithUsage(R"({"id":"r1","choices":[]})", completion_tokens);
}
const std::string kRole = R"({"id":"r1","choices":[{"index":0,"delta":{"role":"assistant",)"
                          R"("content":""}}]})";
std::string Finish(std::string_view reason) {
  return Chunk("", R"(,"finish_reason":")" + std::string(reason) + "\"");
}

class ResponseReaderTest : public ::testing::Test {
 protected:
  // Tokens of the token-bearing chunks of `events`.
  std::vector<uint32_t> Read(const std::vector<std::string>& events,
                             ResponseReader::Options options = {.keep_text = true}) {
    std::vector<uint32_t> tokens;
    reader.BeginResponse(options);
    for (const std::string& event : events) {
      const ChunkFacts facts = One(event);
      if (facts.token_bearing) tokens.push_back(facts.tokens.value_or(kUnknown));
    }
    EXPECT_EQ(reader.chunks(), tokens.size());
    return tokens;
  }
  ChunkFacts One(const std::string& event) {
    ChunkFacts facts;
    const std::string padded = event + std::string(SseParser::kPadding, '\0');
    const absl::Status status =
        reader.OnEvent(std::string_view(padded).substr(0, event.size()), facts);
    EXPECT_TRUE(status.ok()) << status;
    return facts;
  }

  StreamDecoder decoder;
  ResponseReader reader{decoder};
};

TEST_F(ResponseReaderTest, ContinuousUsageCountsByGrowth) {
  EXPECT_THAT(Read({WithUsage(kRole, 0), WithUsage(Chunk("a"), 1), WithUsage(Chunk("bcd"), 4),
                    WithUsage(Chunk(""), 5), WithUsage(Finish("length"), 6), Total(6), "[DONE]"}),
              ElementsAre(1, 3, 1, 1));
  EXPECT_EQ(reader.token_source(), TokenSource::kContinuousUsage);
  EXPECT_EQ(reader.output_tokens(), 6u);
  EXPECT_EQ(reader.input_tokens(), 16u);
  EXPECT_EQ(reader.text(), "abcd");
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

std::string Timed(std::string event, int tokens, double ms, int drafted = 0, int accepted = 0) {
  event.pop_back();
  std::string drafts;
  if (drafted > 0) {
    drafts = R"(,"draft_n":)" + std::to_string(drafted) + R"(,"draft_n_accepted":)" +
             std::to_string(accepted);
  }
  return event + R"(,"timings":{"prompt_n":3,"predicted_n":)" + std::to_string(tokens) +
         R"(,"predicted_ms":)" + std::to_string(ms) + drafts + "}}";
}

TEST_F(ResponseReaderTest, TimingsCountByGrowth) {
  EXPECT_THAT(Read({kRole, Timed(Chunk("a"), 1, 0), Timed(Chunk("b"), 2, 3, 4, 1),
                    Timed(Chunk("c"), 3, 3, 4, 1), Timed(Chunk("de"), 5, 7, 4, 1), Finish("stop"),
                    Timed(Total(6), 6, 9, 4, 1)}),
              ElementsAre(1, 1, 1, 2));
  EXPECT_EQ(reader.token_source(), TokenSource::kTimings);
  EXPECT_EQ(reader.output_tokens(), 6u);
  ASSERT_TRUE(reader.timings().has_value());
  EXPECT_EQ(reader.timings()->steps, 4u);  // the last had no event of its own
  EXPECT_THAT(reader.timings()->acceptance_histogram, ElementsAre(0, 1));
}

TEST_F(ResponseReaderTest, ChunksOfOneDraftAreOfTheSameStep) {
  reader.BeginResponse({});
  EXPECT_FALSE(One(Timed(Chunk("a"), 1, 0)).same_step);
  EXPECT_FALSE(One(Timed(Chunk("b"), 2, 3, 4, 1)).same_step);
  EXPECT_TRUE(One(Timed(Chunk("c"), 3, 3, 4, 1)).same_step);
}

TEST_F(ResponseReaderTest, TimingsAtTheEndAloneTellNoChunksTokens) {
  EXPECT_THAT(Read({kRole, Chunk("a"), Chunk("b"), Finish("stop"), Timed(Total(7), 7, 9, 8, 4)}),
              ElementsAre(kUnknown, kUnknown));
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_EQ(reader.timings(), (TimingsStats{.drafted_tokens = 8, .accepted_tokens = 4}));
  // Nor the steps, where logprobs tell the tokens.
  Read({Chunk("a", R"(,"logprobs":{"content":[{}]})"), Timed(Total(7), 7, 9)});
  EXPECT_FALSE(reader.timings()->steps.has_value());
}

TEST_F(ResponseReaderTest, TokensThatTheLastEventsCountHaveNoChunk) {
  const std::string role_and_end = Timed(kRole, 1, 0.001);
  EXPECT_THAT(Read({role_and_end, Finish("stop"), Timed(Total(1), 1, 0.001)}), IsEmpty());
  EXPECT_EQ(reader.timings()->steps, 0u);
  EXPECT_THAT(Read({Timed(Chunk("a"), 1, 0), Timed(Finish("stop"), 3, 4)}), ElementsAre(1));
  EXPECT_EQ(reader.output_tokens(), 3u) << "counted where no usage comes";
}

TEST_F(ResponseReaderTest, TimingsOfAnotherChoiceAreItsOwn) {
  const std::string other = R"({"choices":[{"index":1,"delta":{"content":"x"}}]})";
  EXPECT_THAT(Read({Timed(Chunk("a"), 1, 0), Timed(other, 9, 5, 8, 8), Timed(Chunk("b"), 2, 3)}),
              ElementsAre(1, 1));
  EXPECT_EQ(reader.timings()->drafted_tokens, 0u);
}

TEST_F(ResponseReaderTest, ReasoningAndToolCallsBearTokens) {
  reader.BeginResponse({});
  ChunkFacts facts = One(R"({"choices":[{"delta":{"reasoning":"hm"}}]})");
  EXPECT_TRUE(facts.token_bearing && facts.reasoning);
  facts = One(R"({"choices":[{"delta":{"tool_calls":[{"index":0}]}}]})");
  EXPECT_TRUE(facts.token_bearing && !facts.reasoning);
  facts = One(R"({"choices":[{"delta":{"reasoning":"!","content":"so"}}]})");
  EXPECT_FALSE(facts.reasoning) << "the answer begins here";
  EXPECT_EQ(reader.output_hash(), Fnv1a("so"));
  EXPECT_THAT(reader.text(), IsEmpty()) << "not asked for";
}

TEST_F(ResponseReaderTest, ARefusalIsAnAnswer) {
  const std::string role = Field(R"("content":"","role":"assistant","refusal":null)");
  const std::string no = Field(R"("refusal":"no ")");
  EXPECT_THAT(Read({role, no, no, no, no, no, Finish("stop"), Total(5), "[DONE]"}),
              ElementsAre(kUnknown, kUnknown, kUnknown, kUnknown, kUnknown));
  EXPECT_EQ(reader.token_source(), TokenSource::kTotalsOnly);
  EXPECT_TRUE(reader.complete());
  EXPECT_FALSE(One(no).reasoning);
  EXPECT_THAT(Read({WithUsage(role, 0), WithUsage(no, 1), WithUsage(no, 3)}), ElementsAre(1, 2));
}

TEST_F(ResponseReaderTest, ThoughtUnderAnyNameIsReasoning) {
  reader.BeginResponse({});
  for (const char* field :
       {R"("thinking":"hm ")",
        R"("reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"abc"}])"}) {
    const ChunkFacts facts = One(Field(field));
    EXPECT_TRUE(facts.token_bearing && facts.reasoning && !facts.tokens) << field;
  }
  EXPECT_FALSE(One(Field(R"("thinking":"hm","content":"so")")).reasoning);
}

TEST_F(ResponseReaderTest, RoleAndEmptyChunksAreNoTokens) {
  EXPECT_THAT(Read({kRole, Chunk(""), R"({"choices":[{"delta":{}}]})", R"({"prompt_progress":1})"}),
              IsEmpty());
  EXPECT_EQ(reader.output_hash(), std::nullopt);
}

TEST_F(ResponseReaderTest, ErrorEventIsNoSuccessWhateverFollows) {
  Read({WithUsage(Chunk("a"), 1), R"({"error":{"message":"dead","code":500}})",
        R"({"error":{"message":"later","code":1}})", Finish("stop"), "[DONE]"});
  EXPECT_TRUE(reader.done_seen());
  EXPECT_FALSE(reader.complete());
  EXPECT_TRUE(reader.has_error());
  EXPECT_EQ(reader.error(), "dead");
  EXPECT_EQ(reader.error_code(), 500);
  EXPECT_EQ(reader.output_tokens(), 1u);
}

TEST_F(ResponseReaderTest, DoneWithoutAFinishReasonIsNotComplete) {
  Read({Chunk("a"), "[DONE]"});
  EXPECT_TRUE(reader.done_seen());
  EXPECT_FALSE(reader.complete());
  EXPECT_FALSE(reader.has_error());
}

TEST_F(ResponseReaderTest, AbortIsAnError) {
  Read({Chunk("a"), Finish("abort"), Total(1), "[DONE]"});
  EXPECT_FALSE(reader.complete());
  EXPECT_TRUE(reader.has_error());
  EXPECT_THAT(reader.error(), HasSubstr("finish reason abort"));
  EXPECT_EQ(reader.finish_reason(), "abort");
}

TEST_F(ResponseReaderTest, OtherChoicesAreNotedAndLeaveTheFirstAlone) {
  const std::string other = R"({"choices":[{"index":1,"delta":{"content":"x"}}]})";
  EXPECT_THAT(Read({WithUsage(Chunk("a"), 1), WithUsage(other, 5), WithUsage(Chunk("b"), 2),
                    WithUsage(Finish("stop"), 2), Total(7)}),
              ElementsAre(1, 1));
  EXPECT_TRUE(reader.other_choices());
  EXPECT_EQ(reader.token_fault(), TokenFault::kOtherChoices);
  EXPECT_EQ(reader.token_source(), TokenSource::kContinuousUsage);
  EXPECT_EQ(reader.text(), "ab");
  EXPECT_EQ(reader.output_tokens(), 7u);
}

TEST_F(ResponseReaderTest, SpeculationOfTheUsageEvent) {
  Read({WithUsage(
      R"({"choices":[],"metrics":{"speculative_decoding":{"num_spec_steps":3,"num_draft_tokens":9,"num_accepted_draft_tokens":4}}})",
      4)});
  ASSERT_TRUE(reader.speculation());
  EXPECT_EQ(reader.speculation()->drafts, 3u);
}

TEST_F(ResponseReaderTest, PayloadThatCannotBeDecodedIsAnError) {
  ChunkFacts facts;
  reader.BeginResponse({});
  const std::string padded = "{garbage" + std::string(SseParser::kPadding, '\0');
  const absl::Status status = reader.OnEvent(std::string_view(padded).substr(0, 8), facts);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("garbage"));
}

TEST_F(ResponseReaderTest, WhatIsPassedOverIsCountedByEvent) {
  Read({R"({"id":1,"choices":[{"delta":{"content":"a"},"finish_reason":7}]})", "ping",
        Finish("stop"), "[done]"});
  EXPECT_TRUE(reader.complete());
  EXPECT_EQ(reader.passed_over(), 3u);
  EXPECT_STREQ(reader.passed_over_first(), "id");
  EXPECT_EQ(reader.remark(), "ping");
}

TEST_F(ResponseReaderTest, NamedEventsCountByWhatTheyHold) {
  const auto named = [this](std::string_view name, const std::string& data,
                            std::string_view comment = "") {
    ChunkFacts facts;
    const std::string padded = data + std::string(SseParser::kPadding, '\0');
    const SseParser::Event event{
        .name = name, .data = std::string_view(padded).substr(0, data.size()), .comment = comment};
    EXPECT_TRUE(reader.OnEvent(event, facts).ok());
    return facts;
  };
  reader.BeginResponse({});
  EXPECT_TRUE(named("chunk", Chunk("a")).token_bearing);
  named("trtllm.perf_metrics", R"({"Server-Timing":"x","usage":{"completion_tokens":9}})");
  named("ping", "");
  named("ping", "{broken");
  EXPECT_FALSE(reader.has_error() || reader.output_tokens());
  EXPECT_EQ(reader.passed_over(), 0u);
  named("error", "", "\"worker 3 lost its KV cache\"");
  EXPECT_EQ(reader.error(), "worker 3 lost its KV cache");
  reader.BeginResponse({});
  named("Error", R"({"message":"boom","code":503})");
  EXPECT_EQ(reader.error(), "boom");
  EXPECT_EQ(reader.error_code(), 503);
  reader.BeginResponse({});
  named("error", "out of memory");
  EXPECT_EQ(reader.error(), "out of memory");
}

TEST_F(ResponseReaderTest, BeginForgetsTheLastResponse) {
  Read({WithUsage(Chunk("a"), 4), WithUsage(Chunk("b"), 3), R"({"error":"x"})", "[DONE]"},
       {.max_tokens = 9});
  reader.BeginResponse({.keep_text = true});
  EXPECT_FALSE(reader.done_seen() || reader.has_error() || reader.complete());
  EXPECT_EQ(reader.token_source(), TokenSource::kUnknown);
  EXPECT_FALSE(reader.output_tokens() || reader.input_tokens());
  EXPECT_FALSE(reader.speculation() || reader.timings() || reader.max_tokens());
  EXPECT_EQ(reader.token_fault(), TokenFault::kNone);
  EXPECT_EQ(reader.error() + reader.text() + reader.response_id(), "");
  EXPECT_EQ(reader.output_hash(), std::nullopt);
  EXPECT_EQ(reader.chunks(), 0u);
}

// The budget of the hot path: nothing is allocated for a chunk once a stream runs, escapes
// included.
TEST_F(ResponseReaderTest, NoAllocationPerChunk) {
  SseParser sse(1 << 20);
  reader.BeginResponse({});
  uint64_t chunks = 0;
  std::vector<std::string> wire;
  for (int i = 1; i <= 600; ++i) {
    wire.push_back("data: " + WithUsage(Chunk(i % 3 ? " word" : "\\n\\u00e9"), i) + "\n\n" +
                   std::string(SseParser::kPadding, '\0'));
  }
  const auto feed = [&](std::string_view padded) {
    ChunkFacts facts;
    if (!sse.Feed(padded.substr(0, padded.size() - SseParser::kPadding)).ok()) return;
    while (const auto event = sse.Next()) {
      if (reader.OnEvent(event->data, facts).ok() && facts.tokens == 1u) ++chunks;
    }
  };
  for (int i = 0; i < 100; ++i) feed(wire[static_cast<size_t>(i)]);
  const uint64_t before = fakes::AllocationCount();
  for (int i = 100; i < 600; ++i) feed(wire[static_cast<size_t>(i)]);
  EXPECT_EQ(fakes::AllocationCount() - before, 0u);
  EXPECT_EQ(chunks, 600u);
}

}  // namespace
}  // namespace specctl
