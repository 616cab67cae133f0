// A URL that is accepted reads back from its own text as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/net/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = specctl::ParseUrl(text);
  if (url.ok()) {
    const auto again = specctl::ParseUrl(url->ToString());
    if (!again.ok() || again->ToString() != url->ToString() || again->host != url->host) abort();
  }
  const auto target = specctl::ParseTargetUrl(text);
  if (target.ok() != url.ok() || (target.ok() && target->path.ends_with('/'))) abort();
  return 0;
}
