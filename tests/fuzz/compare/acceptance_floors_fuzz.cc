// Floors that are accepted are finite and at least 1, of draft lengths of 1 and more.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/compare/acceptance_floors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto floors = specctl::ParseAcceptanceFloors("al.yaml", text, {.model = "llama"});
  if (!floors.ok()) return 0;
  if (floors->categories.empty()) abort();
  for (const specctl::CategoryFloors& category : floors->categories) {
    if (category.by_draft_length.empty() || category.line < 1) abort();
    for (const auto& [draft_length, floor] : category.by_draft_length) {
      if (draft_length == 0 || !std::isfinite(floor) || floor < 1) abort();
    }
  }
  return 0;
}
