// The first byte says how the rest is cut: the events must be those of the uncut stream.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/sse_parser.h"

namespace {

std::vector<std::string> Events(std::string_view stream, size_t step) {
  specctl::SseParser parser(/*event_bytes_max=*/1 << 20);
  std::vector<std::string> events;
  for (size_t at = 0; at < stream.size(); at += step) {
    if (!parser.Feed(stream.substr(at, step)).ok()) abort();
    while (const auto event = parser.Next()) {
      if (event->data.empty() && event->name.empty()) abort();
      events.push_back(std::string(event->name) + '\0' + std::string(event->data) + '\0' +
                       std::string(event->comment));
    }
  }
  events.push_back(std::to_string(parser.comments()));
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (Events(stream, 1 + data[0] % 17) != Events(stream, stream.size())) abort();
  return 0;
}
