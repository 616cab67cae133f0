#include "tools/sim/error_reply.h"

#include <gtest/gtest.h>

#include "golden_file.h"

namespace specctl::sim {
namespace {

TEST(ErrorReplyTest, RecordedErrorsAreWrittenByteForByte) {
  EXPECT_EQ(ErrorReply(UnknownModel("nope", "tiny")).body,
            BodyOf(VllmRecording("error_404_model.http")));
  EXPECT_EQ(ErrorReply(PromptTooLong(4096)).body,
            BodyOf(VllmRecording("error_400_prompt_too_long.http")));
  EXPECT_EQ(UnauthorizedReply().body, BodyOf(VllmRecording("error_401_no_key.http")));
  EXPECT_EQ(UnknownRouteReply().body, BodyOf(VllmRecording("error_404_route.http")));
  EXPECT_EQ(WrongMethodReply("POST").body, BodyOf(VllmRecording("error_405_method.http")));
}

TEST(ErrorReplyTest, HeadsAreAsRecorded) {
  const auto head = [](const PlainReply& reply, int64_t unix_s) {
    return PlainReplyBytes(reply, {.date = UnixTime(std::chrono::seconds(unix_s))});
  };
  EXPECT_EQ(head(WrongMethodReply("POST"), 1795344844), VllmRecording("error_405_method.http"));
  EXPECT_EQ(head(UnauthorizedReply(), 1795345224), VllmRecording("error_401_no_key.http"));
  EXPECT_EQ(head(UnknownRouteReply(), 1795344844), VllmRecording("error_404_route.http"));
}

TEST(ErrorReplyTest, AnErrorEventHasPythonsBlanks) {
  const ApiError error{.status = 400,
                       .message =
                           "The min_p and logit_bias sampling parameters are not yet "
                           "supported with speculative decoding.",
                       .param = ""};
  std::string out;
  AppendHttpChunk(ErrorEvent(error), out);
  AppendHttpChunk("data: [DONE]\n\n", out);
  AppendHttpChunk("", out);
  EXPECT_EQ(out, BodyOf(VllmRecording("error_200_then_error_event.http")));
}

TEST(ErrorReplyTest, AContextThatIsTooLongNamesAllNumbers) {
  const ApiError error = ContextTooLong({.max = 100, .prompt = 60, .output = 50});
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.param, "input_tokens");
  EXPECT_EQ(
      error.message,
      "This model's maximum context length is 100 tokens. However, you requested 50 output "
      "tokens and your prompt contains at least 60 input tokens, for a total of at least 110 "
      "tokens. Please reduce the length of the input prompt or the number of requested output "
      "tokens. (parameter=input_tokens, value=60)");
}

}  // namespace
}  // namespace specctl::sim
