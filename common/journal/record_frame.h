// Framing of one journal record: uint32 length (little endian), uint32 CRC-32C, payload.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace specctl {

inline constexpr size_t kRecordHeadBytes = 8;

struct RecordHead {
  uint32_t length = 0;
  uint32_t crc32c = 0;
};

// Appends head and payload to `out`; `payload` must be shorter than 4 GiB.
void AppendRecord(std::string_view payload, std::string& out);

// Reads the head at the front of `bytes`, which has at least kRecordHeadBytes.
RecordHead ReadRecordHead(std::string_view bytes);

}  // namespace specctl
