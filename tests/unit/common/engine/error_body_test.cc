#include "common/engine/error_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/engine/recording.h"

namespace specctl {
namespace {

using ::testing::Not;
using ::testing::StartsWith;

TEST(ParseErrorBodyTest, NestedObject) {
  const ErrorBody error = ParseErrorBody(
      R"({"error":{"message":"no","type":"BadRequestError","param":"n","code":400}})", 400);
  EXPECT_EQ(error.message, "no");
  EXPECT_EQ(error.type, "BadRequestError");
  EXPECT_EQ(error.param, "n");
  EXPECT_EQ(error.code, 400);
  EXPECT_FALSE(error.context_overflow);
}

struct Form {
  const char* body;
  const char* message;
};

TEST(ParseErrorBodyTest, EveryForm) {
  for (const Form& form :
       {Form{R"({"error":"Unauthorized"})", "Unauthorized"},
        Form{R"({"object":"error","message":"flat","param":null,"code":400})", "flat"},
        Form{R"({"detail":"Not Found"})", "Not Found"},
        Form{R"({"detail":[{"loc":["body","n"],"msg":"bad"}]})",
             R"([{"loc":["body","n"],"msg":"bad"}])"},
        Form{R"({"message":"gateway"})", "gateway"}, Form{R"({"error":{"x":1}})", R"({"x":1})"},
        Form{"<html>\n<h1>502 Bad Gateway</h1>\n</html>",
             "<html> <h1>502 Bad Gateway</h1> </html>"},
        Form{"[1]", "[1]"}, Form{"{}", "{}"}, Form{"", "HTTP 502 without a message"},
        Form{R"({"error":{"message":"a\n  b"}})", "a b"}}) {
    EXPECT_EQ(ParseErrorBody(form.body, 502).message, form.message);
  }
}

TEST(ParseErrorBodyTest, CodeMayBeAString) {
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","code":"503"}})", 200).code, 503);
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","code":"invalid_api_key"}})", 401).code, 0);
}

TEST(ParseErrorBodyTest, MessagesAreBounded) {
  EXPECT_EQ(ParseErrorBody(std::string(3'000'000, 'x'), 500).message.size(), 300u);
}

struct Recorded {
  const char* path;
  uint32_t status;
  const char* message;
  bool context_overflow;
};

class RecordedErrorTest : public ::testing::TestWithParam<Recorded> {};

TEST_P(RecordedErrorTest, MessageAndOverflow) {
  const ErrorBody error = ParseErrorBody(GoldenBody(GetParam().path), GetParam().status);
  EXPECT_THAT(error.message, StartsWith(GetParam().message));
  EXPECT_EQ(error.context_overflow, GetParam().context_overflow) << error.message;
  EXPECT_THAT(error.message, Not(StartsWith("{")));
}

INSTANTIATE_TEST_SUITE_P(
    Engines, RecordedErrorTest,
    ::testing::Values(
        Recorded{"vllm/error_400_prompt_too_long.http", 400, "This model's maximum context", true},
        Recorded{"vllm/error_400_max_tokens_too_large.http", 400, "max_tokens=100000 cannot", true},
        Recorded{"vllm/error_401_no_key.http", 401, "Unauthorized", false},
        Recorded{"vllm/error_404_model.http", 404, "The model `nope` does not exist", false},
        Recorded{"vllm/error_404_route.http", 404, "Not Found", false},
        Recorded{"vllm/error_405_method.http", 405, "Method Not Allowed", false},
        Recorded{"vllm/error_malformed_json.http", 400, "1 validation error: {'type'", false},
        Recorded{"vllm/error_stream_options_without_stream.http", 400, "Stream options can", false},
        Recorded{"llamacpp/none.err-prompt-too-long-stream.http", 400, "request (2104 tok", true},
        Recorded{"llamacpp/none.err-no-api-key.http", 401, "Invalid API Key", false},
        Recorded{"llamacpp/none.loading-chat.http", 503, "Loading model", false},
        Recorded{"llamacpp/none.err-404.http", 404, "File Not Found", false},
        Recorded{"sglang/err.too-long-stream.http", 400, "The input (10004 tokens) is", true},
        Recorded{"sglang/err.too-long-completions-stream.http", 400, "Requested token", true},
        Recorded{"sglang/err.too-long-max-tokens.http", 400, "max_completion_tokens is", true},
        Recorded{"sglang/err.no-api-key.http", 401, "Unauthorized", false},
        Recorded{"sglang/err.no-messages.http", 400, "1 validation error: {'type'", false}));

}  // namespace
}  // namespace specctl
