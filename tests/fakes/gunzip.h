// What a reader of gzip files makes of them.
#pragma once

#include <zlib.h>

#include <array>
#include <optional>
#include <string>

namespace specctl::fakes {

// The text of `bytes`, one whole gzip member; nullopt where they are anything else.
inline std::optional<std::string> Gunzip(std::string bytes) {
  constexpr int kGzipWindowBits = 15 + 16;  // + 16: gzip framing, not zlib's
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindowBits) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  std::array<char, 64 * 1024> part;
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    code = inflate(&stream, Z_NO_FLUSH);
    text.append(part.data(), part.size() - stream.avail_out);
  }
  const bool whole = code == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return whole ? std::optional(text) : std::nullopt;
}

}  // namespace specctl::fakes
