// Sans-I/O reader of HTTP/1.1 responses (RFC 9112): heads and plain bodies by Boost.Beast, chunked
// bodies by ChunkedBody.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "common/net/chunked_body.h"

namespace specctl {

// Where a response's body goes, as it is read.
class HttpBodySink {
 public:
  virtual ~HttpBodySink() = default;
  // The head is whole: status, and the parser's accessors are valid.
  virtual void OnHead() = 0;
  // Body bytes with HTTP framing removed, in order, in pieces of any size.  The view is valid
  // during the call only.  An error ends the parsing and is returned by Feed().
  virtual absl::Status OnBody(std::string_view bytes) = 0;
};

// Parses one response after another on a connection.
//
// Feed it the bytes as they were read, split anywhere; pieces of a chunked body are handed on where
// they lie.  No limit on the length of a body; a head of at most 64 KiB.
// Heads are read as PlainHead() puts them; line ends before and after a response are passed over,
// and counted.  After done(), bytes of a next response are never expected: more of them are an
// error, since this client does not pipeline.  Not thread-safe.
class HttpResponseParser {
 public:
  explicit HttpResponseParser(HttpBodySink& sink);
  ~HttpResponseParser();

  // Makes ready for the next response of the connection.
  void Reset();

  // INVALID_ARGUMENT  what was read is not HTTP/1.x: the message says what is wrong
  // otherwise what the sink returned
  absl::Status Feed(std::string_view bytes);
  // The peer closed.  OK where that ends the body rightly (no length, not chunked) or it was
  // complete; UNAVAILABLE "closed before the end of the response (...)" otherwise.
  absl::Status FeedEof();

  bool any_byte() const { return any_byte_; }            // something of this response has been read
  uint64_t stray_bytes() const { return stray_bytes_; }  // line ends around it, passed over
  bool head_done() const { return body_ != Body::kNotYet; }
  bool done() const;  // head and body are complete, the last HTTP chunk included
  // Nothing has been read behind the body's last bytes so far, but the end of their HTTP chunk.
  bool ends_with_body() const;
  uint32_t status() const;                               // e.g. 200; 0 before head_done()
  bool keep_alive() const;                               // by version and Connection header
  std::string_view content_type() const;                 // lower case, parameters cut off
  std::string_view header(std::string_view name) const;  // first of that name, or empty

 private:
  enum class Body : uint8_t { kNotYet, kChunked, kPlain };
  struct Beast;

  void SkipLineEnds(std::string_view& bytes);
  absl::Status FeedBehindEnd(std::string_view bytes);
  absl::Status TakeHead(std::string_view& bytes);
  absl::Status TakeChunk(std::string_view& bytes);
  absl::Status TakePlain(std::string_view& bytes);
  void OnHeadDone();
  absl::Status Malformed(std::string_view what, std::string_view bytes) const;

  // All that a chunk of a chunked body needs; the rest is in Beast.
  HttpBodySink* sink_;
  ChunkedBody chunks_;
  Body body_ = Body::kNotYet;
  bool any_byte_ = false;
  uint64_t stray_bytes_ = 0;
  std::unique_ptr<Beast> beast_;
};

}  // namespace specctl
