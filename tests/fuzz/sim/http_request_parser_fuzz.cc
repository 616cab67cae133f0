// The first byte says how the rest is cut: requests that are whole must be the same uncut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sim/http_request_parser.h"

namespace {

using specctl::sim::HttpRequest;
using specctl::sim::HttpRequestParser;

// Method, path and body of each request; up to the first bytes that are none.
std::vector<std::string> Requests(std::string_view bytes, size_t step) {
  HttpRequestParser parser;
  std::vector<std::string> requests;
  std::string unread;
  for (size_t at = 0; at < bytes.size(); at += step) {
    unread += bytes.substr(at, step);
    while (!unread.empty()) {
      const auto taken = parser.Feed(unread);
      if (!taken.ok()) return requests;
      if (*taken > unread.size()) abort();
      unread.erase(0, *taken);
      if (!parser.done()) break;
      const HttpRequest request = parser.TakeRequest();
      requests.push_back(request.method + '\0' + request.path + '\0' + request.body);
    }
  }
  return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> whole = Requests(bytes, bytes.size());
  const std::vector<std::string> cut = Requests(bytes, 1 + data[0] % 64);
  // What is no request may be found out sooner or later, but what was read is the same.
  for (size_t i = 0; i < whole.size() && i < cut.size(); ++i) {
    if (whole[i] != cut[i]) abort();
  }
  return 0;
}
