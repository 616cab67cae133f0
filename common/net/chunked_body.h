// Incremental reader of the chunked transfer coding (RFC 9112, section 7.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace specctl {

// Takes the framing off a body that the network split anywhere.  Chunk extensions and trailers are
// passed over.  Written for streams of many small chunks: it looks at each byte of the framing
// once, at none of the data, and is a few words of state.  Sans-I/O.  Not thread-safe.
//
//   while (!bytes.empty() && !body.done()) {
//     const std::string_view data = body.TakeData(bytes);
//     if (!data.empty()) Use(data); else if (body.fault()) return ...
//   }
class ChunkedBody {
 public:
  // The longest line of framing, and the longest trailer section, that is accepted [bytes].
  static constexpr uint32_t kFramingBytesMax = 64 << 10;

  // Takes framing and at most one piece of data off the front of `bytes`, and returns the piece.
  // Empty: `bytes` is, or the body is done(), or it has a fault().
  std::string_view TakeData(std::string_view& bytes);

  bool done() const { return next_ == Next::kNothing; }
  // Nothing has been taken behind the last piece of data but the CR LF that ends its HTTP chunk.
  bool ends_with_data() const { return ends_with_data_; }
  // What is wrong with the framing; null: nothing so far.  What was taken last begins with it.
  const char* fault() const { return fault_; }

 private:
  // What the next byte is.
  enum class Next : uint8_t {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailer,  // the first byte of a line
    kTrailerRest,
    kTrailerLf,
    kEndLf,
    kNothing,
  };

  const char* TakeFraming(char byte);
  const char* TakeSize(char byte);

  uint64_t left_ = 0;           // of the chunk's data; of its size, what has been read
  uint32_t framing_bytes_ = 0;  // of the present line; of the trailers
  Next next_ = Next::kSize;
  bool has_digit_ = false;
  bool ends_with_data_ = false;
  const char* fault_ = nullptr;
};

}  // namespace specctl
