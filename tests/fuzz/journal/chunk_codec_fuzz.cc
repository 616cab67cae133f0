// Chunk sections as an agent could send them: never a crash, never more records than bytes allow.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/journal/chunk_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  specctl::ChunkSectionReader reader(bytes, /*base_us=*/5'000'000);
  specctl::ChunkRecord record;
  size_t records = 0;
  while (reader.NextSection()) {
    while (reader.NextRecord(record)) ++records;
  }
  if (records > size / 2) std::abort();  // a record takes two bytes at the least
  return 0;
}
