#include "common/base/gzip.h"

#include <algorithm>
#include <cassert>
#include <new>

#include <absl/strings/str_format.h>
#include <zlib.h>

namespace specctl {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // + 16: gzip framing, not zlib's

Bytef* Bytes(const char* data) {
  // zlib's interface is not const; it does not write to its input.
  return reinterpret_cast<Bytef*>(const_cast<char*>(data));
}

}  // namespace

std::string Gzip(std::string_view text) {
  assert(text.size() <= size_t{1} << 30);
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  gz_header header{};
  // Left to zlib it would name this machine's system, and the bytes would differ by it.
  header.os = 255;  // unknown
  deflateSetHeader(&stream, &header);
  std::string bytes(deflateBound(&stream, text.size()), '\0');
  stream.next_in = Bytes(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = Bytes(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  // With room for the bound one call is enough.
  [[maybe_unused]] const int code = deflate(&stream, Z_FINISH);
  assert(code == Z_STREAM_END);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

absl::StatusOr<std::string> Gunzip(std::string_view bytes, size_t text_bytes_max) {
  constexpr size_t kPartBytes = 1u << 20;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindowBits) != Z_OK) throw std::bad_alloc();
  stream.next_in = Bytes(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  int code = Z_OK;
  while (code == Z_OK && text.size() <= text_bytes_max) {
    const size_t before = text.size();
    // Grows with what comes out, never by what the bytes say of themselves.
    text.resize(before + kPartBytes);
    stream.next_out = Bytes(text.data() + before);
    stream.avail_out = kPartBytes;
    code = inflate(&stream, Z_NO_FLUSH);
    text.resize(before + kPartBytes - stream.avail_out);
  }
  const bool whole = code == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (text.size() > text_bytes_max) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("gzip: unpacks to more than %d bytes", text_bytes_max));
  }
  if (!whole) return absl::DataLossError("gzip: damaged, or cut short");
  return text;
}

}  // namespace specctl
