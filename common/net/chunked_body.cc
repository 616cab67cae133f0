#include "common/net/chunked_body.h"

#include <algorithm>

namespace specctl {
namespace {

// The value of a hexadecimal digit; -1: it is none.
int HexDigit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char lower = static_cast<char>(byte | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string_view ChunkedBody::TakeData(std::string_view& bytes) {
  while (!bytes.empty() && !fault_) {
    if (next_ == Next::kData) {
      const std::string_view data =
          bytes.substr(0, static_cast<size_t>(std::min<uint64_t>(left_, bytes.size())));
      left_ -= data.size();
      bytes.remove_prefix(data.size());
      if (left_ == 0) next_ = Next::kDataCr;
      ends_with_data_ = true;
      return data;
    }
    if (done()) break;
    ends_with_data_ &= next_ == Next::kDataCr || next_ == Next::kDataLf;
    fault_ = TakeFraming(bytes.front());
    if (!fault_) bytes.remove_prefix(1);
  }
  return {};
}

// Returns what is wrong with the byte, or null.
const char* ChunkedBody::TakeFraming(char byte) {
  if (++framing_bytes_ > kFramingBytesMax) return "a framing line has no end";
  const auto expect = [&](char wanted, Next then) -> const char* {
    if (byte != wanted) return "an HTTP chunk does not end where its size says";
    next_ = then;
    return nullptr;
  };
  switch (next_) {
    case Next::kSize:
      return TakeSize(byte);
    // Extensions mean nothing here, as to any recipient that doesn't know them (RFC 9112, 7.1.1).
    case Next::kExtension:
      if (byte == '\r') next_ = Next::kSizeLf;
      return byte == '\n' ? "the line of an HTTP chunk's size ends without CR" : nullptr;
    case Next::kSizeLf:
      framing_bytes_ = 0;
      return expect('\n', left_ > 0 ? Next::kData : Next::kTrailer);
    case Next::kDataCr:
      return expect('\r', Next::kDataLf);
    case Next::kDataLf:
      framing_bytes_ = 0;
      has_digit_ = false;
      return expect('\n', Next::kSize);
    case Next::kTrailer:
      next_ = byte == '\r' ? Next::kEndLf : Next::kTrailerRest;
      return nullptr;
    case Next::kTrailerRest:
      if (byte == '\r') next_ = Next::kTrailerLf;
      return nullptr;
    case Next::kTrailerLf:
      return expect('\n', Next::kTrailer);
    case Next::kEndLf:
      return expect('\n', Next::kNothing);
    case Next::kData:
    case Next::kNothing:
      break;
  }
  return nullptr;
}

const char* ChunkedBody::TakeSize(char byte) {
  if (const int digit = HexDigit(byte); digit >= 0) {
    // This digit would not fit any more.
    if (left_ > (UINT64_MAX >> 4)) return "the size of an HTTP chunk is too large";
    left_ = left_ << 4 | static_cast<uint64_t>(digit);
    has_digit_ = true;
    return nullptr;
  }
  if (!has_digit_) return "the size of an HTTP chunk is not a hexadecimal number";
  switch (byte) {
    case '\r':
      next_ = Next::kSizeLf;
      return nullptr;
    case ';':
    case ' ':
    case '\t':
      next_ = Next::kExtension;
      return nullptr;
    default:
      return "the size of an HTTP chunk is not a hexadecimal number";
  }
}

}  // namespace specctl
