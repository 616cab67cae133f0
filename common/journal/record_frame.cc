#include "common/journal/record_frame.h"

#include "common/base/hash.h"

namespace specctl {
namespace {

void AppendLittleEndian(uint32_t value, std::string& out) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

uint32_t LittleEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

}  // namespace

void AppendRecord(std::string_view payload, std::string& out) {
  AppendLittleEndian(static_cast<uint32_t>(payload.size()), out);
  // Of the payload alone: a wrong length shows in the checksum of what it spans.
  AppendLittleEndian(Crc32c(payload), out);
  out += payload;
}

RecordHead ReadRecordHead(std::string_view bytes) {
  return {LittleEndian(bytes), LittleEndian(bytes.substr(4))};
}

}  // namespace specctl
