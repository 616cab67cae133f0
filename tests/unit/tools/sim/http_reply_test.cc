#include "tools/sim/http_reply.h"

#include <gtest/gtest.h>

#include "golden_file.h"

namespace specctl::sim {
namespace {

std::string HeadOf(const std::string& recording) {
  return recording.substr(0, recording.find("\r\n\r\n") + 4);
}

UnixTime At(int64_t unix_s) { return UnixTime(std::chrono::seconds(unix_s)); }

TEST(HttpReplyTest, HeadsOfStreamsAreAsRecorded) {
  EXPECT_EQ(StreamHead({.date = At(1795344749)}),
            HeadOf(VllmRecording("chat_continuous_usage.http")));
  EXPECT_EQ(StreamHead({.date = At(1795344922), .close = true}),
            HeadOf(VllmRecording("chat_connection_close.http")));
}

TEST(HttpReplyTest, APlainReplyHasItsLengthAndType) {
  PlainReply reply;
  reply.body = R"({"version":"0.32.0"})";
  EXPECT_EQ(PlainReplyBytes(reply, {.date = At(1795344844)}),
            "HTTP/1.1 200 OK\r\ndate: Sun, 22 Nov 2026 10:54:04 GMT\r\nserver: uvicorn\r\n"
            "content-length: 20\r\ncontent-type: application/json\r\nvary: Origin\r\n\r\n"
            "{\"version\":\"0.32.0\"}");
}

TEST(HttpReplyTest, ChunksHaveTheirSizeInHexAndTheLastIsEmpty) {
  std::string out;
  AppendHttpChunk(std::string(31, 'x'), out);
  AppendHttpChunk("", out);
  EXPECT_EQ(out, "1f\r\n" + std::string(31, 'x') + "\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace specctl::sim
