// Statistics of a response, whatever stands in them: what is read has the numbers that figures
// need.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/engine/speculation_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto stats = specctl::ParseSpeculation(json);
  if (!stats) return 0;
  if (stats->steps && *stats->steps != stats->drafts) abort();
  if (stats->draft_length > 0 && stats->steps &&
      *stats->steps * stats->draft_length != stats->drafted_tokens) {
    abort();
  }
  if (!(specctl::ParseSpeculation(json) == stats)) abort();
  return 0;
}
