#include "common/engine/request_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<Message> kHello = {{.role = "user", .content = "say \"hi\"\n", .raw_json = ""}};

RequestSpec Spec() {
  RequestSpec spec;
  spec.model = "m";
  spec.osl_tokens = 64;
  return spec;
}

std::string Body(const RequestSpec& spec, const BodyOptions& options = {},
                 const EngineProfile& profile = VllmProfile(),
                 const std::vector<Message>& messages = kHello) {
  const auto writer = RequestBodyWriter::Create(spec, StreamFields(profile.requests));
  EXPECT_TRUE(writer.ok()) << writer.status();
  const auto body = writer->WriteBody(messages, options);
  EXPECT_TRUE(body.ok()) << body.status();
  return *body;
}

TEST(RequestBodyTest, ChatWithContinuousUsage) {
  RequestSpec spec = Spec();
  spec.temperature = 0;
  EXPECT_EQ(Body(spec),
            R"({"messages":[{"role":"user","content":"say \"hi\"\n"}],"model":"m","temperature":0,)"
            R"("max_tokens":64,"stream":true,)"
            R"("stream_options":{"include_usage":true,"continuous_usage_stats":true}})");
}

TEST(RequestBodyTest, CompletionsJoinTheTexts) {
  RequestSpec spec = Spec();
  spec.endpoint = Endpoint::kCompletions;
  EXPECT_EQ(Body(spec, {.stream = false}, OpenAiProfile(),
                 {{"system", "be brief", ""}, {"user", "hi", ""}}),
            R"({"prompt":"be brief\n\nhi","model":"m","max_tokens":64})");
}

TEST(RequestBodyTest, TokenIdsAreTheWholePromptOfCompletions) {
  RequestSpec spec = Spec();
  spec.endpoint = Endpoint::kCompletions;
  Message ids{.role = "user"};
  ids.token_ids = {0, 17, 4'294'967'295};
  EXPECT_EQ(Body(spec, {.stream = false}, OpenAiProfile(), {ids}),
            R"({"prompt":[0,17,4294967295],"model":"m","max_tokens":64})");
  const auto refusal = [](const RequestSpec& request, std::vector<Message> messages) {
    const auto body = RequestBodyWriter::Create(request, {})->WriteBody(messages, {});
    EXPECT_EQ(body.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(body.status().message());
  };
  EXPECT_THAT(refusal(Spec(), {ids}), HasSubstr("use --endpoint completions"));
  EXPECT_THAT(refusal(spec, {kHello[0], ids}), HasSubstr("can't follow"));
  EXPECT_THAT(refusal(spec, {ids, {"assistant", "", ""}, ids}), HasSubstr("ids of reply 1"));
}

TEST(RequestBodyTest, RepliesOfIdsLieBetweenThePieces) {
  RequestSpec spec = Spec();
  spec.endpoint = Endpoint::kCompletions;
  const auto of_ids = [](std::vector<uint32_t> ids) {
    Message message;
    message.token_ids = std::move(ids);
    return message;
  };
  const auto prompt = [&](std::vector<uint32_t> reply) {
    const std::string body = Body(spec, {.stream = false}, OpenAiProfile(),
                                  {of_ids({1, 2}), of_ids(std::move(reply)), of_ids({9, 3})});
    return body.substr(0, body.find(']') + 1);
  };
  EXPECT_EQ(prompt({5, 6}), R"({"prompt":[1,2,5,6,9,3])") << "cut off at max_tokens";
  EXPECT_EQ(prompt({5, 6, 9}), R"({"prompt":[1,2,5,6,9,3])") << "its end token is the template's";
  EXPECT_EQ(prompt({9}), R"({"prompt":[1,2,9,3])");
  spec.reply_end_ids = {8};
  EXPECT_EQ(prompt({5, 8}), R"({"prompt":[1,2,5,9,3])") << "the model may end otherwise";
}

TEST(RequestBodyTest, EffortAndSaltAreFields) {
  RequestSpec spec = Spec();
  spec.reasoning_effort = "low";
  spec.cache_salt = "a";
  EXPECT_THAT(Body(spec, {}, VllmProfile(), kHello),
              HasSubstr(R"("reasoning_effort":"low","cache_salt":"a")"));
  spec.extra_inputs_json = R"({"reasoning_effort":"high"})";
  EXPECT_THAT(Body(spec, {}, VllmProfile(), kHello), HasSubstr(R"("reasoning_effort":"high")"));
  spec.endpoint = Endpoint::kCompletions;
  EXPECT_THAT(std::string(RequestBodyWriter::Create(spec, {}).status().message()),
              HasSubstr("--reasoning-effort: only chat"));
}

TEST(RequestBodyTest, GenerateHasItsFieldsUnderItsOwnNames) {
  RequestSpec spec = Spec();
  spec.endpoint = Endpoint::kGenerate;
  spec.temperature = 0;
  spec.ignore_eos = true;
  spec.cache_salt = "a";
  Message ids{.role = "user"};
  ids.token_ids = {5, 6};
  const auto body = [&](const BodyOptions& options, std::vector<Message> messages) {
    return *RequestBodyWriter::Create(spec, {})->WriteBody(messages, options);
  };
  EXPECT_EQ(body({}, {ids}),
            R"({"input_ids":[5,6],"extra_key":"a","sampling_params":{"n":1,"temperature":0,)"
            R"("ignore_eos":true,"max_new_tokens":64},"stream":true})");
  spec.cache_salt.clear();
  spec.ignore_eos = false;
  spec.extra_inputs_json = R"({"max_new_tokens":7,"min_tokens":3,"seed":1,"top_p":0.5})";
  EXPECT_EQ(body({.stream = false}, {{"user", "hi", ""}}),
            R"({"text":"hi","sampling_params":{"n":1,"temperature":0,"max_new_tokens":7,)"
            R"("min_new_tokens":3,"sampling_seed":1,"top_p":0.5}})");
  EXPECT_EQ(RequestBodyWriter::Create(spec, {})->MaxTokens({}), 7u);
  spec.extra_inputs_json.clear();
  EXPECT_THAT(body({.row_extra_json = R"({"max_completion_tokens":9,"max_new_tokens":8})"}, {ids}),
              HasSubstr(R"("temperature":0,"max_new_tokens":8})"))
      << "once";
  spec.extra_inputs_json = R"({"sampling_params":{"top_p":0.5}})";
  EXPECT_THAT(std::string(RequestBodyWriter::Create(spec, {}).status().message()),
              HasSubstr("--extra-inputs: sampling_params"));
}

TEST(RequestBodyTest, MessageOfPartsIsSentAsItStands) {
  const std::string raw = R"({"role":"tool","tool_call_id":"x","content":[1.0]})";
  EXPECT_THAT(Body(Spec(), {}, VllmProfile(), {kHello[0], {"tool", "", raw}}),
              HasSubstr(R"("},)" + raw + "]"));
  RequestSpec spec = Spec();
  spec.endpoint = Endpoint::kCompletions;
  const auto writer = RequestBodyWriter::Create(spec, {});
  const auto body = writer->WriteBody(std::vector<Message>{{"tool", "", raw}}, {});
  EXPECT_EQ(body.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(body.status().message()), HasSubstr("use --endpoint chat"));
}

TEST(RequestBodyTest, TimingsAreAskedOfLlamaCppUnlessTheUserSaysOtherwise) {
  EXPECT_THAT(Body(Spec(), {}, LlamaCppProfile()), HasSubstr(R"("timings_per_token":true})"));
  EXPECT_THAT(Body(Spec(), {}), Not(HasSubstr("timings_per_token")));
  EXPECT_THAT(Body(Spec(), {.stream = false}, LlamaCppProfile()),
              Not(HasSubstr("timings_per_token")));
  RequestSpec spec = Spec();
  spec.extra_inputs_json = R"({"timings_per_token":false})";
  const std::string body = Body(spec, {}, LlamaCppProfile());
  EXPECT_THAT(body, HasSubstr(R"("timings_per_token":false)"));
  EXPECT_THAT(body, Not(HasSubstr(R"("timings_per_token":true)")));
}

TEST(RequestBodyTest, ExtraInputsGoBeforeTheRowAndTheRowBeforeTheFlags) {
  RequestSpec spec = Spec();
  spec.temperature = 0.5;
  spec.ignore_eos = true;
  spec.extra_inputs_json = R"({"top_p":0.9,"temperature":1.0,"big":18446744073709551615})";
  BodyOptions options;
  options.row_extra_json = R"({"top_p":0.1,"ignore_eos":false,"top\u005fk":5})";
  EXPECT_EQ(Body(spec, options),
            R"({"messages":[{"role":"user","content":"say \"hi\"\n"}],"model":"m","max_tokens":64,)"
            R"("ignore_eos":false,"top_k":5,)"
            R"("top_p":0.9,"temperature":1.0,"big":18446744073709551615,"stream":true,)"
            R"("stream_options":{"include_usage":true,"continuous_usage_stats":true}})");
}

TEST(RequestBodyTest, MaxTokensOfRowFlagsAndUser) {
  BodyOptions options;
  options.max_tokens = 7;
  EXPECT_THAT(Body(Spec(), options), HasSubstr("\"max_tokens\":7,"));
  options.row_extra_json = R"({"max_completion_tokens":8})";
  EXPECT_THAT(Body(Spec(), options), Not(HasSubstr("\"max_tokens\"")));
  EXPECT_THAT(Body(Spec(), options), HasSubstr("\"max_completion_tokens\":8"));
  RequestSpec spec = Spec();
  spec.extra_inputs_json = R"({"max_tokens":9})";
  EXPECT_THAT(Body(spec, options), HasSubstr("\"max_tokens\":9,"));
  EXPECT_THAT(Body(spec, options), Not(HasSubstr("max_completion_tokens")));
}

TEST(RequestBodyTest, HowManyTokensABodyAllows) {
  const auto max_tokens = [](const RequestSpec& spec, const BodyOptions& options) {
    return RequestBodyWriter::Create(spec, {})->MaxTokens(options);
  };
  BodyOptions options;
  EXPECT_EQ(max_tokens(Spec(), options), 64u);
  options.max_tokens = 7;
  EXPECT_EQ(max_tokens(Spec(), options), 7u);
  options.row_extra_json = R"({"max_completion_tokens":8,"max_tokens":5})";
  EXPECT_EQ(max_tokens(Spec(), options), 8u);
  RequestSpec spec = Spec();
  spec.extra_inputs_json = R"({"max_tokens":9})";
  EXPECT_EQ(max_tokens(spec, options), 9u);
  for (const char* limit : {"null", "-1", "1.5", "\"9\"", "18446744073709551616"}) {
    const std::string row = std::string(R"({"max_tokens":)") + limit + "}";
    options.row_extra_json = row;
    EXPECT_FALSE(max_tokens(Spec(), options)) << limit;
  }
}

TEST(RequestBodyTest, WhatIsOursIsPassedOverInARowAndRefusedFromTheUser) {
  BodyOptions options;
  options.row_extra_json =
      R"({"stream":false,"n":4,"model":"gpt","messages":[],"stream_options":{},"seed":1})";
  const std::string body = Body(Spec(), options);
  EXPECT_THAT(body, HasSubstr(R"("model":"m","max_tokens":64,"seed":1,"stream":true)"));
  for (const char* extra :
       {R"({"stream":false})", R"({"n":2})", R"({"model":"x"})", R"({"\u006eo":1,"prompt":""})"}) {
    RequestSpec spec = Spec();
    spec.extra_inputs_json = extra;
    const auto writer = RequestBodyWriter::Create(spec, {});
    ASSERT_FALSE(writer.ok()) << extra;
    EXPECT_EQ(writer.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(writer.status().message()), HasSubstr("--extra-inputs: "));
    EXPECT_THAT(std::string(writer.status().message()), HasSubstr("is set by specctl itself"));
  }
}

TEST(RequestBodyTest, UserMayNameTokenIds) {
  RequestSpec spec = Spec();
  spec.extra_inputs_json = R"({"return_token_ids":false})";
  const auto writer = RequestBodyWriter::Create(spec, {{"return_token_ids", "true"}});
  const std::string body = writer->WriteBody(kHello, {}).value_or("");
  EXPECT_THAT(body, HasSubstr(R"("return_token_ids":false)"));
  EXPECT_THAT(body, Not(HasSubstr(R"("return_token_ids":true)")));
}

TEST(RequestBodyTest, ARowsOwnModelOverridesTheRuns) {
  EXPECT_THAT(Body(Spec(), {.model = "lora"}), HasSubstr(R"("model":"lora","max_tokens")"));
  EXPECT_THAT(Body(Spec(), {.model = "lora"}), Not(HasSubstr(R"("model":"m")")));
}

TEST(RequestBodyTest, ACapHoldsWhoeverAsksForMore) {
  RequestSpec spec = Spec();
  spec.extra_inputs_json = R"({"max_tokens":900,"min_tokens":900,"top_k":900})";
  const BodyOptions options = {.tokens_at_most = 8};
  EXPECT_THAT(Body(spec, options), HasSubstr(R"("max_tokens":8,"min_tokens":8,"top_k":900)"));
  EXPECT_EQ(RequestBodyWriter::Create(spec, {})->MaxTokens(options), 8u);
  EXPECT_THAT(Body(Spec(), {.max_tokens = 900, .tokens_at_most = 8}),
              HasSubstr(R"("max_tokens":8)"));
  spec.extra_inputs_json = R"({"max_completion_tokens":4})";
  EXPECT_THAT(Body(spec, options), HasSubstr(R"("max_completion_tokens":4)"));
}

TEST(RequestBodyTest, NoObjectIsRefusedWithItsPlace) {
  for (const char* json : {"[1]", "{", "7", R"({"a":tru})", R"({"a":1}x)", R"({"a":1,})"}) {
    RequestSpec spec = Spec();
    spec.extra_inputs_json = json;
    const auto writer = RequestBodyWriter::Create(spec, {});
    ASSERT_FALSE(writer.ok()) << json;
    EXPECT_THAT(std::string(writer.status().message()),
                HasSubstr("--extra-inputs: need a JSON object"));
    BodyOptions options;
    options.row_extra_json = json;
    const auto body = RequestBodyWriter::Create(Spec(), {})->WriteBody(kHello, options);
    EXPECT_EQ(body.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(body.status().message()), HasSubstr("extra request fields of the row"));
  }
}

}  // namespace
}  // namespace specctl
