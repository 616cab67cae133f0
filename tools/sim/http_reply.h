// Heads and bodies of HTTP replies, byte for byte as uvicorn sends them for vLLM.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace specctl::sim {

struct ReplyHead {
  UnixTime date;
  bool close = false;       // adds `connection: close`
  bool vary_origin = true;  // of a stream
};

// A whole reply.  An empty `content_type` adds no such header; an empty `allow` likewise.
struct PlainReply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow;        // methods, of a 405
  bool vary_origin = true;  // all but a 401
  std::string more_header;  // a line; empty: none
};
std::string PlainReplyBytes(const PlainReply& reply, const ReplyHead& head);

// Head of an event stream: status 200, chunked.
std::string StreamHead(const ReplyHead& head);

// "Not Found"; of a status that no server sends "Internal Server Error".
std::string_view HttpReason(int status);

// Appends one HTTP chunk.  An empty `payload` is the last chunk.
void AppendHttpChunk(std::string_view payload, std::string& out);

}  // namespace specctl::sim
