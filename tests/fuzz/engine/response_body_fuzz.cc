// The first byte says how the rest, a body, is cut and what its head says: what the body amounts to
// must be the same uncut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/engine/response_body.h"

namespace {

constexpr size_t kEventBytesMax = 1 << 20;

struct Outcome {
  specctl::ResponseFault fault = specctl::ResponseFault::kNone;
  bool settled = false;
  uint64_t chunks = 0, passed_over = 0;
  std::string text, answer;
  bool operator==(const Outcome&) const = default;
};

Outcome Read(std::string_view bytes, size_t step, bool says_stream) {
  static specctl::StreamDecoder decoder;
  specctl::ResponseBody body(decoder, kEventBytesMax);
  body.BeginResponse({.keep = {.text = true}});
  body.OnHead({.status = 200, .content_type = says_stream ? "text/event-stream" : "text/plain"});
  Outcome outcome;
  absl::Status fed;
  for (size_t at = 0; at < bytes.size() && fed.ok(); at += step) {
    const std::string_view piece = bytes.substr(at, step);
    const std::string padded =
        std::string(piece) + std::string(specctl::SseParser::kPadding, piece.front());
    fed = body.Feed(std::string_view(padded).substr(0, piece.size()),
                    [&](const specctl::ChunkFacts& facts, bool) {
                      if (!facts.token_bearing) abort();
                      ++outcome.chunks;
                    });
  }
  const specctl::ResponseVerdict verdict = body.Judge({.head_done = true, .fault = fed});
  if (verdict.ok() != verdict.text.empty()) abort();
  for (const char c : verdict.text) {
    if (static_cast<unsigned char>(c) < 0x20) abort();
  }
  if (verdict.ok() && body.reader().finish_reason().empty()) abort();
  outcome.fault = verdict.fault;
  outcome.settled = body.settled();
  outcome.passed_over = body.reader().passed_over();
  // Of a stream without events only what has come is shown; the words are the same.
  outcome.text = verdict.text;
  outcome.answer = body.reader().kept().text;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool says_stream = data[0] >= 128;
  if (!(Read(bytes, 1 + data[0] % 17, says_stream) == Read(bytes, bytes.size(), says_stream))) {
    abort();
  }
  return 0;
}
