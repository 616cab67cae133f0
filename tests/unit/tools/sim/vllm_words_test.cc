#include "tools/sim/vllm_words.h"

#include <gtest/gtest.h>

#include "golden_file.h"

namespace specctl::sim {
namespace {

TEST(VllmWordsTest, RecordedErrorsAreWrittenByteForByte) {
  EXPECT_EQ(ErrorReply(VllmRequestWords().UnknownModel("nope", "tiny")).body,
            BodyOf(VllmRecording("error_404_model.http")));
  EXPECT_EQ(ErrorReply(VllmRequestWords().PromptTooLong(0, 4096)).body,
            BodyOf(VllmRecording("error_400_prompt_too_long.http")));
}

TEST(VllmWordsTest, AContextThatIsTooLongNamesAllNumbers) {
  const ApiError error =
      VllmRequestWords().ContextTooLong({.max = 100, .prompt = 60, .output = 50});
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
