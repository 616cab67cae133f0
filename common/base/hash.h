// Digests: SHA-256 for identities that people compare, CRC-32C for records, FNV-1a for hot paths.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace specctl {

// Lower-case hex SHA-256 of `bytes` (FIPS 180-4).
std::string Sha256Hex(std::string_view bytes);

// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`.
uint32_t Crc32c(std::string_view bytes);

// 64-bit FNV-1a, continued from `state`: feed a text in any number of parts.
inline constexpr uint64_t kFnv1aStart = 0xcbf29ce484222325;
constexpr uint64_t Fnv1a(std::string_view bytes, uint64_t state = kFnv1aStart) {
  for (const char c : bytes) {
    state ^= static_cast<uint8_t>(c);
    state *= 0x100000001b3;
  }
  return state;
}

// One output of SplitMix64 for a counter: a good mix of all 64 bits, in O(1) for any `counter`.
constexpr uint64_t SplitMix64(uint64_t counter) {
  uint64_t z = counter + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace specctl
