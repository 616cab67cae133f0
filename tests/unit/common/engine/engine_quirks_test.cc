// What engines' streams do that a reader could trip over, one test each, from bytes to figures.
// Those of vLLM, SGLang and llama.cpp were recorded (tests/golden/engines); TensorRT-LLM's are from
// its documentation and source.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/engine/response_body.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A response with status 200, read to its end.
class ServedStream {
 public:
  explicit ServedStream(std::string_view bytes, uint32_t unknown = 999) {
    body_.BeginResponse({.keep = {.text = true}});
    body_.OnHead({.status = 200, .content_type = "text/event-stream"});
    const std::string padded = std::string(bytes) + std::string(SseParser::kPadding, '\0');
    fed_ = body_.Feed(
        std::string_view(padded).substr(0, bytes.size()),
        [&](const ChunkFacts& facts, bool) { tokens_.push_back(facts.tokens.value_or(unknown)); });
    EXPECT_TRUE(fed_.ok()) << fed_;
  }
  const std::vector<uint32_t>& tokens() const { return tokens_; }  // of each token-bearing chunk
  const ResponseReader& reader() const { return body_.reader(); }
  ResponseVerdict Judge() const { return body_.Judge({.head_done = true, .fault = fed_}); }

 private:
  StreamDecoder decoder_;
  ResponseBody body_{decoder_, 1 << 20};
  absl::Status fed_;
  std::vector<uint32_t> tokens_;
};

std::string Data(std::string_view json) { return "data: " + std::string(json) + "\n\n"; }
const std::string kDoneData = "data: [DONE]\n\n";

// An event of a chat whose delta and usage are these.
std::string ChatEvent(std::string_view delta, int total, std::string_view finish = "null") {
  return Data(R"({"id":"c","choices":[{"index":0,"delta":{)" + std::string(delta) +
              R"(},"logprobs":null,"finish_reason":)" + std::string(finish) +
              R"(}],"usage":{"prompt_tokens":9,"completion_tokens":)" + std::to_string(total) +
              R"(,"completion_tokens_details":null}})");
}
std::string UsageEvent(int total) {
  return Data(R"({"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":)" +
              std::to_string(total) + "}}");
}

TEST(VllmQuirkTest, TheFinishEventMayCarryTheLastStepsTokens) {
  const ServedStream stream(
      ChatEvent(R"("role":"assistant","content":"")", 0) + ChatEvent(R"("content":"a b")", 2) +
      ChatEvent(R"("content":" c d e")", 5, "\"length\"") + UsageEvent(5) + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(2, 3));
  EXPECT_TRUE(stream.Judge().ok());
}

TEST(VllmQuirkTest, TokensWithoutTextAreAChunk) {
  const ServedStream stream(ChatEvent(R"("content":"")", 1) + ChatEvent(R"("content":"")", 3) +
                            ChatEvent(R"("content":"\u00e9")", 4, "\"stop\"") + UsageEvent(4) +
                            kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 2, 1));
}

TEST(VllmQuirkTest, AStepThatAParserSwallowedIsInTheNextChunk) {
  const ServedStream stream(ChatEvent(R"("reasoning":"h")", 1) + ChatEvent(R"("content":"a")", 3) +
                            ChatEvent("", 3, "\"stop\"") + UsageEvent(3) + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 2));
}

TEST(VllmQuirkTest, ABeamSearchIsOneEvent) {
  const ServedStream stream(
      Data(R"({"id":"c","choices":[{"index":0,"text":"all of it","finish_reason":"length"}]})") +
      UsageEvent(7) + kDoneData);
  EXPECT_EQ(stream.tokens().size(), 1u);
  EXPECT_EQ(stream.reader().output_tokens(), 7u);
  EXPECT_TRUE(stream.Judge().ok());
}

TEST(VllmQuirkTest, ARefusedParameterIsStatus200ThenAnErrorThenDone) {
  const ServedStream stream(
      Data(R"({"error":{"message":"min_p is not supported","type":"BadRequestError",)"
           R"("param":null,"code":400}})") +
      kDoneData);
  EXPECT_EQ(stream.Judge().fault, ResponseFault::kErrorEvent);
  EXPECT_THAT(stream.Judge().text, HasSubstr("min_p is not supported"));
}

// Old versions of vLLM, and SGLang to this day.
TEST(VllmQuirkTest, AnErrorWithinAnErrorIsRead) {
  const ServedStream stream(
      ChatEvent(R"("content":"a")", 1) +
      Data(R"({"error": {"object":"error","message":"engine dead","type":"E","code":500}})") +
      kDoneData);
  EXPECT_EQ(stream.Judge().fault, ResponseFault::kErrorEvent);
  EXPECT_THAT(stream.Judge().text, HasSubstr("engine dead"));
}

constexpr std::string_view kSglangDetails =
    R"({"spec_accept_rate":0.53,"spec_accept_length":2.75,"spec_num_correct_drafts":4,)"
    R"("spec_num_proposed_drafts":9,"spec_verify_ct":3,"spec_correct_drafts_histogram":[1,1,0,1]})";

std::string SglangChat(std::string_view text) {
  return Data(
      R"({"id":"4f09","choices":[{"index":0,"delta":{"reasoning_content":null,"content":")" +
      std::string(text) + R"("},"logprobs":null,"finish_reason":null,"matched_stop":null}]})");
}

TEST(SglangQuirkTest, StatisticsHaveAnEventOfTheirOwnWithoutUsage) {
  const ServedStream stream(
      SglangChat("a") + SglangChat(" b c") +
      Data(R"({"id":"4f09","choices":[{"index":0,"delta":{"reasoning_content":null},)"
           R"("finish_reason":"stop","matched_stop":151645}]})") +
      Data(R"({"id":"4f09","choices":[],"usage":null,"sglext":{"spec_tokens_details":)" +
           std::string(kSglangDetails) + "}}") +
      UsageEvent(8) + kDoneData);
  EXPECT_EQ(stream.tokens().size(), 2u);  // neither the finish nor the statistics
  EXPECT_EQ(stream.reader().output_tokens(), 8u);
  ASSERT_TRUE(stream.reader().speculation().has_value());
  EXPECT_EQ(stream.reader().speculation()->steps, 3u);
  EXPECT_EQ(stream.reader().speculation()->accepted_tokens, 4u);
  EXPECT_TRUE(stream.Judge().ok());
}

TEST(SglangQuirkTest, ExtrasUnderAnotherNameAreNoStatistics) {
  const ServedStream stream(SglangChat("a") + "event: sglext_ids\n" +
                            Data(R"({"choices":[],"sglext":{"output_ids":[[1,2]]}})") +
                            Data(R"({"choices":[],"usage":null,"sglext":{"spec_tokens_details":)" +
                                 std::string(kSglangDetails) + "}}") +
                            Data(R"({"choices":[],"usage":null,"sglext":{"output_ids":[[1,2]]}})"));
  EXPECT_TRUE(stream.reader().speculation().has_value()) << "a later event does not undo it";
}

TEST(SglangQuirkTest, TextThatIsHeldBackMayNeverCome) {
  const ServedStream stream(ChatEvent(R"("content":"a")", 1) + ChatEvent(R"("content":"b")", 2) +
                            ChatEvent("", 2, "\"stop\"") + UsageEvent(11) + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 1));
  EXPECT_EQ(stream.reader().output_tokens(), 11u);
  EXPECT_EQ(stream.reader().token_fault(), TokenFault::kNone);
}

TEST(SglangQuirkTest, AnAbortedRequestEndsInOrderAndIsNoSuccess) {
  const ServedStream stream(ChatEvent(R"("content":"a")", 1) + ChatEvent("", 1, "\"abort\"") +
                            UsageEvent(1) + kDoneData);
  EXPECT_FALSE(stream.Judge().ok());
}

std::string GenerateEvent(std::string_view text, std::string_view ids, int total,
                          std::string_view more = R"("finish_reason":null)") {
  return Data(R"({"text":")" + std::string(text) + R"(","output_ids":[)" + std::string(ids) +
              R"(],"meta_info":{"id":"df21",)" + std::string(more) +
              R"(,"prompt_tokens":7,"weight_version":"default","completion_tokens":)" +
              std::to_string(total) + R"(,"cached_tokens":2}})");
}
const std::string kGenerateEnd =
    R"("finish_reason":{"type":"length","length":8},"e2e_latency":0.05,"spec_accept_length":2.6,)"
    R"("spec_accept_token_num":4,"spec_draft_token_num":9,"spec_verify_ct":3,)"
    R"("spec_accept_histogram":[1,1,0,1])";

TEST(SglangQuirkTest, GenerateSendsAllTextAndIdsSoFar) {
  const ServedStream stream(GenerateEvent("a", "1", 1) + GenerateEvent("abcd", "1,2,3,4", 4) +
                            GenerateEvent("abcdefgh", "1,2,3,4,5,6,7,8", 8, kGenerateEnd) +
                            kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 3, 4));
  EXPECT_EQ(stream.reader().kept().text, "abcdefgh");
  EXPECT_EQ(stream.reader().finish_reason(), "length");
  EXPECT_EQ(stream.reader().response_id(), "df21");
  EXPECT_EQ(stream.reader().input_tokens(), 7u);
  EXPECT_EQ(stream.reader().cached_tokens(), 2u);
  ASSERT_TRUE(stream.reader().speculation().has_value());
  EXPECT_EQ(stream.reader().speculation()->steps, 3u);
  EXPECT_TRUE(stream.Judge().ok());
}

// specdec_bench counts such a chunk as a step of no token.
TEST(SglangQuirkTest, GeneratesChunksWithoutATokenAreNone) {
  const ServedStream stream(
      GenerateEvent("a", "1", 1) + GenerateEvent("a", "1", 1) +
      GenerateEvent("abcd", "1,2,3,4", 4) + GenerateEvent("abcd", "1,2,3,4", 4) +
      GenerateEvent("abcd", "1,2,3,4", 4) +
      GenerateEvent("abcdefgh", "1,2,3,4,5,6,7,8", 8, kGenerateEnd) + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 3, 4));
  EXPECT_EQ(stream.reader().token_fault(), TokenFault::kNone);
  EXPECT_EQ(stream.reader().kept().text, "abcdefgh");
}

TEST(SglangQuirkTest, PartsOfOneStepComeOneByOneWithTheStepsUsage) {
  const ServedStream stream(ChatEvent(R"("reasoning_content":"h")", 1) +
                            ChatEvent(R"("reasoning_content":"m")", 3) +
                            ChatEvent(R"("content":"a")", 3) + ChatEvent(R"("content":"b")", 6) +
                            ChatEvent(R"("tool_calls":[{"index":0}])", 6) +
                            ChatEvent(R"("tool_calls":[{"index":0}])", 7) +
                            ChatEvent("", 7, "\"tool_calls\"") + UsageEvent(7) + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 2, 3, 1));
  EXPECT_EQ(stream.reader().token_fault(), TokenFault::kNone);
}

TEST(SglangQuirkTest, GenerateMaySendWhatCameSince) {
  const ServedStream stream(GenerateEvent("a", "1", 1) + GenerateEvent("bcd", "2,3,4", 4) +
                            GenerateEvent("efgh", "5,6,7,8", 8, kGenerateEnd) + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 3, 4));
  EXPECT_EQ(stream.reader().kept().text, "abcdefgh");
}

TEST(SglangQuirkTest, GenerateAnswersAnInvalidRequestWithStatus200) {
  const ServedStream stream(
      Data(R"({"error":{"message":"too long","type":"invalid_request_error","code":400,)"
           R"("retryable":false}})") +
      kDoneData);
  EXPECT_EQ(stream.Judge().fault, ResponseFault::kErrorEvent);
}

std::string TrtLlmEvent(std::string_view delta, int total, std::string_view more) {
  return R"(data: {"id":"chatcmpl-17","choices":[{"index":0,"delta":{)" + std::string(delta) + "}" +
         std::string(more) + R"(}],"usage":{"prompt_tokens":9,"completion_tokens":)" +
         std::to_string(total) + "}}";
}

TEST(TensorRtLlmQuirkTest, TheFirstEventEndsWithASpaceAndAbsentKeysAreNulls) {
  const ServedStream stream(TrtLlmEvent(R"("role":"assistant")", 0, "") + " \n\n" +
                            TrtLlmEvent(R"("content":"a","reasoning_content":"")", 1, "") + "\n\n" +
                            TrtLlmEvent(R"("content":"bcd")", 4, R"(,"finish_reason":"stop")") +
                            "\n\n" + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 3));
  EXPECT_TRUE(stream.Judge().ok());
}

TEST(TensorRtLlmQuirkTest, TheMeanOfTokensAnIterationIsTheLastThatWasSaid) {
  const ServedStream stream(
      TrtLlmEvent(R"("content":"a")", 1, R"(,"avg_decoded_tokens_per_iter":1.0)") + "\n\n" +
      TrtLlmEvent(R"("content":"bcd")", 4, R"(,"avg_decoded_tokens_per_iter":2.0)") + "\n\n" +
      TrtLlmEvent("", 4, R"(,"finish_reason":"stop","avg_decoded_tokens_per_iter":null)") + "\n\n" +
      UsageEvent(4) + kDoneData);
  EXPECT_EQ(stream.reader().tokens_per_iteration(), 2.0);
  EXPECT_FALSE(stream.reader().speculation().has_value());
}

TEST(TensorRtLlmQuirkTest, AChoicesStatisticsAreRead) {
  const ServedStream stream(
      TrtLlmEvent(R"("content":"a")", 1,
                  R"(,"finish_reason":"stop","speculative_decoding":{"num_spec_steps":2,)"
                  R"("total_draft_tokens":6,"total_accepted_draft_tokens":3})") +
      "\n\n" + kDoneData);
  ASSERT_TRUE(stream.reader().speculation().has_value());
  EXPECT_EQ(stream.reader().speculation()->accepted_tokens, 3u);
}

TEST(TensorRtLlmQuirkTest, MetricsComeInANamedEventAfterDone) {
  const ServedStream stream(TrtLlmEvent(R"("content":"a")", 1, R"(,"finish_reason":"stop")") +
                            "\n\n" + kDoneData +
                            "event: trtllm.perf_metrics\ndata: {\"Server-Timing\":\"x\"}\n\n");
  EXPECT_THAT(stream.tokens(), ElementsAre(1));
  EXPECT_TRUE(stream.Judge().ok());
}

TEST(TensorRtLlmQuirkTest, WithoutDetokenizingThereAreIdsAndNoText) {
  const ServedStream stream(
      Data(R"({"choices":[{"index":0,"text":"","token_ids":[5],"logprobs":null}]})") +
      Data(R"({"choices":[{"index":0,"text":"","token_ids":[6,7],"finish_reason":"length"}]})") +
      kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 2));
}

// specdec_bench counts such a chunk as a step of no token.
TEST(TensorRtLlmQuirkTest, AnEventWithoutTokensIsNoStep) {
  const ServedStream stream(
      TrtLlmEvent(R"("content":"")", 0, "") + "\n\n" + TrtLlmEvent(R"("content":"a")", 1, "") +
      "\n\n" + TrtLlmEvent(R"("content":"")", 1, "") + "\n\n" +
      TrtLlmEvent(R"("content":"b")", 3, "") + "\n\n" +
      TrtLlmEvent(R"("content":"")", 3, R"(,"finish_reason":"stop")") + "\n\n" + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 2));
}

TEST(LlamaCppQuirkTest, TheRoleEventsContentIsNull) {
  const ServedStream stream(
      Data(R"({"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant",)"
           R"("content":null}}],"id":"x"})") +
      ": keep-alive\n\n" + ":\n\n" + ChatEvent(R"("content":"Hi")", 1, "\"stop\"") + kDoneData);
  EXPECT_THAT(stream.tokens(), ElementsAre(1));
}

std::string CompletionEvent(std::string_view content, std::string_view tokens, int predicted,
                            std::string_view more = R"("stop":false)") {
  return Data(R"({"index":0,"content":")" + std::string(content) + R"(","tokens":[)" +
              std::string(tokens) + "]," + std::string(more) + R"(,"id_slot":-1,)" +
              R"("tokens_predicted":)" + std::to_string(predicted) + R"(,"tokens_evaluated":7})");
}

TEST(LlamaCppQuirkTest, CompletionHasNoDoneAndItsTokensAreNotAll) {
  const ServedStream stream(
      // Progress of the prompt, with an id that is none.
      CompletionEvent("", "0", 0, R"("stop":false,"prompt_progress":{"total":7,"processed":4})") +
      CompletionEvent("a", "69", 1) +
      // A character of four tokens has the id of the last.
      CompletionEvent("\\ud83d\\ude00", "227", 5) +
      CompletionEvent("", "", 6, R"("stop":true,"stop_type":"eos","truncated":false)"));
  EXPECT_THAT(stream.tokens(), ElementsAre(1, 4, 1));
  EXPECT_EQ(stream.reader().finish_reason(), "eos");
  EXPECT_EQ(stream.reader().input_tokens(), 7u);
  EXPECT_TRUE(stream.Judge().ok());
}

TEST(LlamaCppQuirkTest, TextThatOnlyLooksNativeIsNone) {
  const ServedStream stream(Data(R"({"content":"a","tokens":[1]})") + Data(R"({"text":"b"})") +
                            Data(R"({"stop":true,"content":null})") + kDoneData);
  EXPECT_THAT(stream.tokens(), IsEmpty());
  EXPECT_FALSE(stream.Judge().ok());
}

}  // namespace
}  // namespace specctl
