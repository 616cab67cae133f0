#include "common/engine/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/hash.h"
#include "tests/fakes/allocation_count.h"
#include "tests/unit/common/engine/response_events.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ResponseReaderTest, ReasoningAndToolCallsBearTokens) {
  reader.BeginResponse({});
  ChunkFacts facts = One(R"({"choices":[{"delta":{"reasoning":"hm"}}]})");
  EXPECT_TRUE(facts.token_bearing && facts.reasoning);
  facts = One(R"({"choices":[{"delta":{"tool_calls":[{"index":0}]}}]})");
  EXPECT_TRUE(facts.token_bearing && !facts.reasoning);
  facts = One(R"({"choices":[{"delta":{"reasoning":"!","content":"so"}}]})");
  EXPECT_FALSE(facts.reasoning) << "the answer begins here";
  EXPECT_EQ(reader.output_hash(), Fnv1a("so"));
  EXPECT_THAT(reader.kept().text, IsEmpty()) << "not asked for";
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
  EXPECT_EQ(reader.kept().text, "ab");
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
  reader.BeginResponse({.keep = {.text = true}});
  EXPECT_FALSE(reader.done_seen() || reader.has_error() || reader.complete());
  EXPECT_EQ(reader.token_source(), TokenSource::kUnknown);
  EXPECT_FALSE(reader.output_tokens() || reader.input_tokens());
  EXPECT_FALSE(reader.speculation() || reader.timings() || reader.max_tokens());
  EXPECT_EQ(reader.token_fault(), TokenFault::kNone);
  EXPECT_EQ(reader.error() + reader.response_id(), "");
  EXPECT_EQ(reader.kept().text, "");
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

TEST_F(ResponseReaderTest, IdsAreKeptWhereEveryChunkTellsThem) {
  const auto chunk = [](std::string_view ids) {
    return Chunk("x", R"(,"token_ids":)" + std::string(ids));
  };
  const ResponseReader::Options keep = {.keep = {.ids = true}};
  Read({kRole, chunk("[1, 22]"), chunk("[333]"),
        Chunk("", R"(,"token_ids":[4],"finish_reason":"stop")"), Total(4)},
       keep);
  EXPECT_THAT(reader.kept().ids, ElementsAre(1, 22, 333, 4));
  Read({chunk("[1]"), Chunk("y"), chunk("[2]")}, keep);
  EXPECT_THAT(reader.kept().ids, IsEmpty()) << "one of them told none";
  Read({chunk("[1]"), chunk("[2]")});
  EXPECT_THAT(reader.kept().ids, IsEmpty()) << "not asked for";
}

TEST_F(ResponseReaderTest, ReasoningIsKeptWithItsFieldsName) {
  const ResponseReader::Options keep = {.keep = {.text = true, .reasoning = true}};
  Read({Field(R"("reasoning":"h")"), Field(R"("reasoning":"m")"), Chunk("so")}, keep);
  EXPECT_EQ(reader.kept().reasoning, "hm");
  EXPECT_EQ(reader.kept().reasoning_field, "reasoning");
  EXPECT_EQ(reader.kept().text, "so");
  Read({Field(R"("reasoning_content":"h")")}, keep);
  EXPECT_EQ(reader.kept().reasoning, "h");
  EXPECT_EQ(reader.kept().reasoning_field, "reasoning_content");
  Read({Field(R"("reasoning":"h")")});
  EXPECT_EQ(reader.kept().reasoning, "") << "not asked for";
}

}  // namespace
}  // namespace specctl
