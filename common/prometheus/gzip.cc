#include "common/prometheus/gzip.h"

#include <cassert>
#include <new>

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

}  // namespace specctl
