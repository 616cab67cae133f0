#include "common/prometheus/gzip.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <new>

#include <absl/strings/str_format.h>
#include <zlib.h>

namespace specctl {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // + 16: gzip framing, not zlib's
constexpr size_t kPartBytes = 64 * 1024;

Bytef* Bytes(const char* data) {
  // zlib's interface is not const; it does not write to its input.
  return reinterpret_cast<Bytef*>(const_cast<char*>(data));
}

// Hands the next part of `rest` to the stream, whose lengths are of 32 bits.
void Feed(std::string_view& rest, z_stream& stream) {
  const size_t length = std::min<size_t>(rest.size(), std::numeric_limits<uInt>::max());
  stream.next_in = Bytes(rest.data());
  stream.avail_in = static_cast<uInt>(length);
  rest.remove_prefix(length);
}

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, kGzipWindowBits) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

absl::Status Corrupt(const char* reason) {
  return absl::DataLossError(
      absl::StrFormat("gzip: need a whole gzip file, got one that is damaged: %s", reason));
}

// Appends what one call of inflate() yields; returns its code.
absl::StatusOr<int> InflatePart(z_stream& stream, size_t text_bytes_max, std::string& text) {
  const size_t before = text.size();
  // One byte beyond the bound shows that it is passed.
  text.resize(before + std::min(kPartBytes, text_bytes_max - before) + 1);
  stream.next_out = Bytes(text.data() + before);
  stream.avail_out = static_cast<uInt>(text.size() - before);
  const int code = inflate(&stream, Z_NO_FLUSH);
  if (code == Z_MEM_ERROR) throw std::bad_alloc();
  text.resize(text.size() - stream.avail_out);
  if (text.size() > text_bytes_max) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("gzip: need a text of at most %d bytes, got more", text_bytes_max));
  }
  return code;
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
  Inflater inflater;
  z_stream& stream = inflater.stream();
  std::string text;
  bool member_ended = false;
  while (!member_ended || stream.avail_in > 0 || !bytes.empty()) {
    if (member_ended) inflateReset(&stream);
    if (stream.avail_in == 0) Feed(bytes, stream);
    const absl::StatusOr<int> code = InflatePart(stream, text_bytes_max, text);
    if (!code.ok()) return code.status();
    if (*code == Z_BUF_ERROR) return Corrupt("it is cut short");
    if (*code != Z_OK && *code != Z_STREAM_END) {
      return Corrupt(stream.msg == nullptr ? "unknown" : stream.msg);
    }
    member_ended = *code == Z_STREAM_END;
  }
  return text;
}

}  // namespace specctl
