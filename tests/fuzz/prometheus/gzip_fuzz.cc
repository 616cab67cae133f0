// Compressed text from a file that may be damaged: never more than the bound, and a text comes
// back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/prometheus/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kTextBytesMax = 100'000;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto text = specctl::Gunzip(bytes, kTextBytesMax);
  if (text.ok() && text->size() > kTextBytesMax) std::abort();
  const auto back = specctl::Gunzip(specctl::Gzip(bytes), size);
  if (!back.ok() || *back != bytes) std::abort();
  return 0;
}
