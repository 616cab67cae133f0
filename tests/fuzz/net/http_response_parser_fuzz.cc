// The first byte says how the rest is cut: a response that is whole must be the same uncut.  (One
// that ends too early may be found malformed sooner or later.)
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/net/http_response_parser.h"

namespace {

struct Sink final : specctl::HttpBodySink {
  void OnHead() override { ++heads; }
  absl::Status OnBody(std::string_view bytes) override {
    body.append(bytes);
    return absl::OkStatus();
  }
  int heads = 0;
  std::string body;
};

struct Outcome {
  bool done = false, keep_alive = false;
  uint32_t status = 0;
  int heads = 0;
  std::string body, content_type;
  bool operator==(const Outcome&) const = default;
};

Outcome Read(std::string_view bytes, size_t step) {
  Sink sink;
  specctl::HttpResponseParser parser(sink);
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (!parser.Feed(bytes.substr(at, step)).ok()) return {};
  }
  if (parser.FeedEof().ok() != parser.done()) abort();
  Outcome out;
  if (!parser.done()) return out;
  out.done = true;
  out.status = parser.status();
  out.keep_alive = parser.keep_alive();
  out.heads = sink.heads;
  out.body = sink.body;
  out.content_type = parser.content_type();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (!(Read(bytes, 1 + data[0] % 17) == Read(bytes, bytes.size()))) abort();
  return 0;
}
