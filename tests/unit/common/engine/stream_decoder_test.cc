#include "common/engine/stream_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/net/sse_parser.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

// A decoder and the payload that the last event's views point into.
struct DecoderFixture {
  absl::Status Decode(std::string_view text) {
    payload = std::string(text) + std::string(SseParser::kPadding, '"');  // hostile padding
    return decoder.Decode(std::string_view(payload).substr(0, text.size()), event);
  }
  std::string payload;
  StreamDecoder decoder;
  StreamEvent event;
};

#define ASSERT_DECODES(fixture, text) \
  ASSERT_TRUE((fixture).Decode(text).ok()) << (fixture).Decode(text)

TEST(StreamDecoderTest, ChatChunkWithContinuousUsage) {
  DecoderFixture f;
  ASSERT_DECODES(
      f,
      R"({"id":"chatcmpl-84","object":"chat.completion.chunk","created":1795344750,"model":"tiny",)"
      R"("choices":[{"index":0,"delta":{"content":" War"},"logprobs":null,"finish_reason":null,)"
      R"("token_ids":null}],"usage":{"prompt_tokens":16,"total_tokens":18,"completion_tokens":2,)"
      R"("completion_tokens_details":null}})");
  EXPECT_EQ(f.event.id, "chatcmpl-84");
  EXPECT_EQ(f.event.choices, 1u);
  EXPECT_EQ(f.event.other_choices, 0u);
  EXPECT_EQ(f.event.text, " War");
  EXPECT_EQ(f.event.finish_reason, "");
  EXPECT_EQ(f.event.completion_tokens, 2u);
  EXPECT_EQ(f.event.prompt_tokens, 16u);
  EXPECT_FALSE(f.event.token_ids || f.event.logprob_tokens || f.event.reasoning_tokens);
  EXPECT_FALSE(f.event.done || f.event.error || f.event.role_only || f.event.tool_call);
}

TEST(StreamDecoderTest, KeyOrderSpacingAndUnknownFieldsDoNotMatter) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"( { "x" : {"choices":[1,[2]],"id":"no"} , "usage" : {
    "details":[{"completion_tokens":9}], "completion_tokens" : 3 , "prompt_tokens" : null },
    "choices" : [ { "finish_reason" : "stop" , "new":[[]], "delta" : { "content" : "a" , "z":{} } ,
    "index" : 0 } ] , "id" : "i" } )");
  EXPECT_EQ(f.event.id, "i");
  EXPECT_EQ(f.event.text, "a");
  EXPECT_EQ(f.event.finish_reason, "stop");
  EXPECT_EQ(f.event.completion_tokens, 3u);
  EXPECT_FALSE(f.event.prompt_tokens);
}

TEST(StreamDecoderTest, EscapesInTextsAndInKeys) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"\u0069d":"a\"b","cho\u0069ces":[{"delta":{"content":"\ud83d\ude00\n",)"
                    R"("reasoning":"\t"},"finish_reason":null}],"id\"":"no"})");
  EXPECT_EQ(f.event.id, "a\"b");
  EXPECT_EQ(f.event.text, "\xf0\x9f\x98\x80\n");
  EXPECT_EQ(f.event.reasoning, "\t");
}

TEST(StreamDecoderTest, CompletionsChunk) {
  DecoderFixture f;
  ASSERT_DECODES(f,
                 R"({"id":"cmpl-1","object":"text_completion","choices":[{"index":0,"text":" bit",)"
                 R"("logprobs":{"text_offset":[0,4],"tokens":[" b","it"],"top_logprobs":[{},{}]},)"
                 R"("finish_reason":"length","token_ids":[17,18]}]})");
  EXPECT_EQ(f.event.text, " bit");
  EXPECT_EQ(f.event.finish_reason, "length");
  EXPECT_EQ(f.event.logprob_tokens, 2u);
  EXPECT_EQ(f.event.token_ids, 2u);
  EXPECT_FALSE(f.event.role_only);
}

TEST(StreamDecoderTest, ChatLogprobsAreCounted) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"content":"ab"},"logprobs":{"content":[{"token":"a",)"
                    R"("bytes":[97],"top_logprobs":[]},{"token":"b"}],"refusal":null}}]})");
  EXPECT_EQ(f.event.logprob_tokens, 2u);
}

TEST(StreamDecoderTest, RoleChunks) {
  DecoderFixture f;
  for (const char* delta : {R"({"role":"assistant","content":""})", R"({"role":"assistant"})",
                            R"({"role":"assistant","content":null})",
                            R"({"reasoning_content":null,"role":"assistant","content":""})"}) {
    ASSERT_DECODES(f, std::string(R"({"choices":[{"index":0,"delta":)") + delta + "}]}");
    EXPECT_TRUE(f.event.role_only) << delta;
    EXPECT_EQ(f.event.text, "");
  }
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"role":"assistant","content":"x"}}]})");
  EXPECT_FALSE(f.event.role_only);
}

TEST(StreamDecoderTest, ReasoningUnderEitherName) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"reasoning":"a"}}]})");
  EXPECT_EQ(f.event.reasoning, "a");
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"reasoning":"b","reasoning_content":null}}]})");
  EXPECT_EQ(f.event.reasoning, "b");
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"reasoning_content":"c","reasoning":""}}]})");
  EXPECT_EQ(f.event.reasoning, "c");
}

struct OtherField {
  const char* delta;
  bool output, reasoning;
};

TEST(StreamDecoderTest, TextInAnyOtherFieldOfADeltaIsOutput) {
  DecoderFixture f;
  for (const OtherField& field :
       {OtherField{R"({"refusal":"no "})", true, false},
        OtherField{R"({"refusal":null})", false, false},
        OtherField{R"({"refusal":"","x":[],"y":{},"z":7,"w":true})", false, false},
        OtherField{R"({"thinking":"hm "})", false, true},
        OtherField{R"({"reasoning_details":[{"type":"reasoning.text","text":"hm","format":"x",)"
                   R"("signature":"abc"}]})",
                   false, true},
        OtherField{R"({"reasoning_details":[{"type":"t","text":"","signature":"abc"}]})", false,
                   false},
        OtherField{R"({"thinking_blocks":[{"type":"thinking","thinking":"hm"}]})", false, true},
        OtherField{R"({"reasoning_content":{"text":"hm"}})", false, true},
        OtherField{R"({"audio":{"id":"a","data":"UklGRg=="}})", true, false},
        OtherField{R"({"id":"a","type":"b","index":"c","format":"d","signature":"e"})", false,
                   false}}) {
    ASSERT_DECODES(f, std::string(R"({"choices":[{"index":0,"delta":)") + field.delta + "}]}");
    EXPECT_EQ(f.event.other_output, field.output) << field.delta;
    EXPECT_EQ(f.event.other_reasoning, field.reasoning) << field.delta;
    EXPECT_EQ(f.event.text.size() + f.event.reasoning.size(), 0u);
  }
}

TEST(StreamDecoderTest, ARoleBesideOtherOutputIsNotAlone) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"role":"assistant","content":"","refusal":null}}]})");
  EXPECT_TRUE(f.event.role_only);
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"role":"assistant","content":"","refusal":"a"}}]})");
  EXPECT_FALSE(f.event.role_only);
}

TEST(StreamDecoderTest, ContentInParts) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"content":[{"type":"text","text":"a\n"},)"
                    R"({"text":"b","type":"text"}]}}]})");
  EXPECT_EQ(f.event.text, "a\nb");
  EXPECT_FALSE(f.event.other_output);
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"content":["a",{"image":{"url":"u"}}]}}]})");
  EXPECT_EQ(f.event.text, "");
  EXPECT_TRUE(f.event.other_output);
  for (const char* content : {"5", "true", "{}", "[]", "[[]]", "[null,{\"type\":\"text\"}]"}) {
    ASSERT_DECODES(f, std::string(R"({"choices":[{"delta":{"content":)") + content + "}}]}");
    EXPECT_EQ(f.event.text, "") << content;
    EXPECT_FALSE(f.event.other_output) << content;
  }
}

TEST(StreamDecoderTest, ADeltaIsReadToABoundedDepth) {
  DecoderFixture f;
  const auto nested = [](int depth) {
    const auto levels = static_cast<size_t>(depth);
    return R"({"id":"i","choices":[{"delta":{"x":)" + std::string(levels, '[') + "\"a\"" +
           std::string(levels, ']') + "}}]}";
  };
  ASSERT_DECODES(f, nested(StreamDecoder::kDeltaDepthMax - 1));
  EXPECT_TRUE(f.event.other_output);
  ASSERT_DECODES(f, nested(500));
  EXPECT_FALSE(f.event.other_output);
}

TEST(StreamDecoderTest, ToolCalls) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":)"
                    R"({"arguments":"{\"a\""}}]}}]})");
  EXPECT_TRUE(f.event.tool_call);
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"tool_calls":[],"function_call":null}}]})");
  EXPECT_FALSE(f.event.tool_call);
}

TEST(StreamDecoderTest, OtherChoicesArePassedOver) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"content":"one"},"index":1}]})");
  EXPECT_EQ(f.event.choices, 1u);
  EXPECT_EQ(f.event.other_choices, 1u);
  EXPECT_EQ(f.event.text, "");
  ASSERT_DECODES(f, R"({"choices":[{"index":1,"text":"one"},{"index":0,"text":"zero"}]})");
  EXPECT_EQ(f.event.other_choices, 1u);
  EXPECT_EQ(f.event.text, "zero");
}

TEST(StreamDecoderTest, DoneWithAndWithoutSpace) {
  DecoderFixture f;
  ASSERT_DECODES(f, "[DONE]");
  EXPECT_TRUE(f.event.done);
  for (const char* form : {"[DONE] ", " [DONE]", "[DONE]\t", "\t[DONE]\r"}) {
    ASSERT_DECODES(f, form);
    EXPECT_TRUE(f.event.done) << form;
    EXPECT_EQ(f.event.passed_over, 0u);
  }
  for (const char* form : {"\"[DONE]\"", "[done]"}) {
    ASSERT_DECODES(f, form);
    EXPECT_TRUE(f.event.done) << form;
    EXPECT_EQ(f.event.passed_over, 1u);
  }
}

struct ErrorForm {
  const char* payload;
  const char* message;
  int64_t code;
};

TEST(StreamDecoderTest, ErrorEventsInEveryForm) {
  for (const ErrorForm& form :
       {ErrorForm{R"({"error": {"message": "boom", "type": "x", "param": null, "code": 500}})",
                  "boom", 500},
        ErrorForm{R"({"error":"Unauthorized"})", "Unauthorized", 0},
        ErrorForm{R"({"object":"error","message":"flat","param":null,"code":400})", "flat", 400},
        ErrorForm{R"({"error":{"object":"error","message":"nested","code":"503"}})", "nested", 503},
        ErrorForm{R"({"error":{"reason":"odd"}})", R"({"reason":"odd"})", 0},
        ErrorForm{R"({"choices":[],"error":true})", "true", 0}}) {
    DecoderFixture f;
    ASSERT_DECODES(f, form.payload);
    EXPECT_TRUE(f.event.error) << form.payload;
    EXPECT_EQ(f.event.error_message, form.message);
    EXPECT_EQ(f.event.error_code, form.code);
  }
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"object":"chat.completion.chunk","error":null,"choices":null})");
  EXPECT_FALSE(f.event.error);
}

struct Fault {
  const char* payload;
  const char* says;
};

TEST(StreamDecoderTest, FaultsAreNamed) {
  for (const Fault& fault :
       {Fault{R"({"id":"a)", "not a JSON object"}, Fault{R"({"id")", "not a JSON object"},
        Fault{R"({"id":)", "not a JSON object"},
        Fault{R"({"choices":[{"index":0,)", "not a JSON object"}, Fault{R"({"choices":[)", ""},
        Fault{R"({"usage":{"completion_tokens":)", ""},
        Fault{R"({"id":"a"} x)", "not a JSON object"}, Fault{R"({"id":"a"}{)", "not a JSON object"},
        Fault{R"({"id":"\x"})", "not a JSON object"}}) {
    DecoderFixture f;
    const absl::Status status = f.Decode(fault.payload);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << fault.payload;
    EXPECT_THAT(std::string(status.message()), HasSubstr(fault.says));
    EXPECT_THAT(std::string(status.message()), HasSubstr("stream event: "));
  }
}

TEST(StreamDecoderTest, DetailsOfAWrongTypeArePassedOverAndNamed) {
  for (const Fault& detail :
       {Fault{R"("id":7)", "id"}, Fault{R"("choices":{})", "choices"},
        Fault{R"("choices":[3])", "choices[]"},
        Fault{R"("choices":[{"delta":"x"}])", "choices[].delta"},
        Fault{R"("choices":[{"token_ids":5}])", "choices[].token_ids"},
        Fault{R"("usage":"")", "usage"},
        Fault{R"("usage":{"prompt_tokens_details":[]})", "usage.*_tokens_details"},
        Fault{R"("usage":{"completion_tokens":-5})", "usage.completion_tokens"},
        Fault{R"("timings":{"predicted_n":[3]})", "timings.predicted_n"}}) {
    DecoderFixture f;
    ASSERT_DECODES(f, "{" + std::string(detail.payload) + R"(,"metrics":{}})");
    EXPECT_EQ(f.event.passed_over, 1u) << detail.payload;
    EXPECT_STREQ(f.event.passed_over_first, detail.says);
    EXPECT_EQ(f.event.remark, "");
  }
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"index":"0","delta":{"content":"a"}}],)"
                    R"("usage":{"completion_tokens":5.0,"prompt_tokens":"7"}})");
  EXPECT_EQ(f.event.text, "a");
  EXPECT_EQ(f.event.completion_tokens, 5u);
  EXPECT_EQ(f.event.prompt_tokens, 7u);
  EXPECT_EQ(f.event.passed_over, 0u);
}

TEST(StreamDecoderTest, AByteThatIsNotUtf8LeavesTheTextReadable) {
  DecoderFixture f;
  ASSERT_DECODES(f, "{\"choices\":[{\"delta\":{\"content\":\"a\xe2\x82z\"}}]}");
  EXPECT_EQ(f.event.text, "a\uFFFD\uFFFDz");
  EXPECT_EQ(f.event.passed_over, 1u);
}

TEST(StreamDecoderTest, WhatIsNoObjectIsARemark) {
  for (const char* payload : {"ping", "[1]", "\"x\"", "null", "Internal Server Error"}) {
    DecoderFixture f;
    ASSERT_DECODES(f, payload);
    EXPECT_EQ(f.event.remark, payload);
    EXPECT_EQ(f.event.passed_over, 1u);
    EXPECT_FALSE(f.event.done || f.event.error);
  }
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"type":"ping"})");
  EXPECT_EQ(f.event.remark, R"({"type":"ping"})");
  EXPECT_EQ(f.event.passed_over, 0u);
  ASSERT_DECODES(f, " \t");
  EXPECT_EQ(f.event.remark, "");
  EXPECT_EQ(f.event.passed_over, 0u);
}

TEST(StreamDecoderTest, AnErrorThatSaysNothingIsNone) {
  for (const char* error :
       {"null", "false", "0", "\"\"", "{}", "[]", R"({"message":"","code":null})"}) {
    DecoderFixture f;
    ASSERT_DECODES(
        f, R"({"error":)" + std::string(error) + R"(,"choices":[{"delta":{"content":"a"}}]})");
    EXPECT_FALSE(f.event.error) << error;
    EXPECT_EQ(f.event.text, "a");
  }
}

TEST(StreamDecoderTest, AnErrorOfAChoiceIsRead) {
  DecoderFixture f;
  ASSERT_DECODES(f, R"({"choices":[{"index":0,"delta":{},"finish_reason":"error",)"
                    R"("error":{"message":"upstream died","code":502}}]})");
  EXPECT_TRUE(f.event.error);
  EXPECT_EQ(f.event.error_message, "upstream died");
  EXPECT_EQ(f.event.error_code, 502);
  ASSERT_DECODES(f, R"({"choices":[{"delta":{"content":"a"},"error":{}}]})");
  EXPECT_FALSE(f.event.error);
  EXPECT_EQ(f.event.text, "a");
}

TEST(StreamDecoderTest, EveryCutOfAnEventIsAFault) {
  const std::string whole =
      R"({"id":"a","choices":[{"index":0,"delta":{"content":"b\n"},"logprobs":{"content":[{}]},)"
      R"("token_ids":[1,2]}],"usage":{"completion_tokens":2,"prompt_tokens_details":)"
      R"({"cached_tokens":1}},"metrics":{"speculative_decoding":{"num_spec_steps":1}}})";
  DecoderFixture f;
  ASSERT_DECODES(f, whole);
  const std::string other = R"({"choices":[{"delta":{"content":[{"text":"a"}],"x":[{"y":"b"}]}}]})";
  ASSERT_DECODES(f, other);
  for (size_t length = 1; length < other.size(); ++length) {
    EXPECT_FALSE(f.Decode(std::string_view(other).substr(0, length)).ok()) << length;
  }
  for (size_t length = 1; length < whole.size(); ++length) {
    EXPECT_FALSE(f.Decode(std::string_view(whole).substr(0, length)).ok()) << length;
  }
  ASSERT_DECODES(f, whole);
}

TEST(StreamDecoderTest, PayloadsOfEverySizeInTurn) {
  DecoderFixture f;
  for (const size_t size : {size_t{1}, size_t{100'000}, size_t{3}, size_t{300'000}}) {
    const std::string text(size, 'x');
    ASSERT_DECODES(f, R"({"choices":[{"text":"\n)" + text + R"("}],"id":"\u0041"})");
    EXPECT_EQ(f.event.text, "\n" + text);
    EXPECT_EQ(f.event.id, "A");
  }
}

TEST(StreamDecoderTest, SpeculationIsThatOfTheLastEvent) {
  DecoderFixture f;
  ASSERT_DECODES(f,
                 R"({"choices":[],"metrics":{"queue_time_ms":0.1,"speculative_decoding":)"
                 R"({"num_spec_steps":4,"num_draft_tokens":12,"num_accepted_draft_tokens":5}}})");
  const auto stats = f.decoder.TakeSpeculation();
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->drafts, 4u);
  EXPECT_EQ(stats->drafted_tokens, 12u);
  EXPECT_FALSE(f.decoder.TakeSpeculation());
  ASSERT_DECODES(f, R"({"choices":[],"metrics":null})");
  EXPECT_FALSE(f.decoder.TakeSpeculation());
}

}  // namespace
}  // namespace specctl
