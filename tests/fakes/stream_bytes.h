// The bytes of a streamed response, piece by piece, as vLLM sends them.
#pragma once

#include <string>
#include <string_view>

#include <absl/strings/str_format.h>

namespace specctl::fakes {

inline std::string StreamHead(std::string_view extra_headers = "") {
  return absl::StrFormat(
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n%s"
      "Transfer-Encoding: chunked\r\n\r\n",
      extra_headers);
}
// One HTTP chunk.
inline std::string HttpChunk(std::string_view bytes) {
  return absl::StrFormat("%x\r\n%s\r\n", bytes.size(), bytes);
}
inline std::string EventBytes(std::string_view data) {
  return absl::StrFormat("data: %s\n\n", data);
}
// `usage`: completion_tokens so far.
inline std::string TokenEvent(std::string_view text, int usage) {
  return EventBytes(absl::StrFormat(
      R"({"id":"cmpl-1","choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":null}],)"
      R"("usage":{"prompt_tokens":7,"total_tokens":%d,"completion_tokens":%d}})",
      text, 7 + usage, usage));
}
inline std::string RoleEvent() {
  return EventBytes(
      R"({"id":"cmpl-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},)"
      R"("finish_reason":null}],"usage":{"prompt_tokens":7,"completion_tokens":0}})");
}
inline std::string FinishEvent(int usage, std::string_view reason = "stop") {
  return EventBytes(
      absl::StrFormat(R"({"id":"cmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"%s"}],)"
                      R"("usage":{"prompt_tokens":7,"completion_tokens":%d}})",
                      reason, usage));
}
inline std::string UsageEvent(int usage) {
  return EventBytes(absl::StrFormat(
      R"({"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":%d}})", usage));
}
inline std::string DoneEvent() { return EventBytes("[DONE]"); }
inline std::string LastChunk() { return "0\r\n\r\n"; }
// Finish, usage, [DONE] and the last HTTP chunk.
inline std::string StreamTail(int usage) {
  return HttpChunk(FinishEvent(usage)) + HttpChunk(UsageEvent(usage)) + HttpChunk(DoneEvent()) +
         LastChunk();
}
// A whole response of two token-bearing chunks, 1 and 3 tokens: "Hello" " world".
inline std::string WholeStream(std::string_view extra_headers = "") {
  return StreamHead(extra_headers) + HttpChunk(RoleEvent()) + HttpChunk(TokenEvent("Hello", 1)) +
         HttpChunk(TokenEvent(" world", 4)) + StreamTail(4);
}
inline std::string PlainResponse(std::string_view status, std::string_view body,
                                 std::string_view content_type = "application/json") {
  return absl::StrFormat("HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s", status,
                         content_type, body.size(), body);
}

}  // namespace specctl::fakes
