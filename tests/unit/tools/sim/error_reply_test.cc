#include "tools/sim/error_reply.h"

#include <gtest/gtest.h>

#include "golden_file.h"

namespace specctl::sim {
namespace {

TEST(ErrorReplyTest, RecordedErrorsAreWrittenByteForByte) {
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

}  // namespace
}  // namespace specctl::sim
