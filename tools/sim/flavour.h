// Flavour: the server around a simulated engine, in the words of one real one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "tools/sim/error_reply.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/http_request_parser.h"
#include "tools/sim/inference_request.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

// Routes, framing, fields, metrics and errors of one engine; batching, acceptance and faults are
// the same for all.  One file an engine: flavour_<engine>.cc.  Not thread-safe.
class Flavour {
 public:
  virtual ~Flavour() = default;

  // The reply, or the inference that was asked for.
  virtual std::variant<PlainReply, InferenceRequest> Answer(const HttpRequest& request) = 0;
  // Id of the response to the `ordinal`-th inference request; needs no JSON escapes.
  virtual std::string ResponseId(const InferenceRequest& request, std::string_view request_id,
                                 uint64_t ordinal) const = 0;
  // `request` and `identity` must outlive the writer.
  virtual std::unique_ptr<ReplyWriter> NewWriter(const InferenceRequest& request,
                                                 const ReplyIdentity& identity) const = 0;

  virtual PlainReply Error(const ApiError& error) const = 0;
  // An error after the head of a stream was sent: HTTP chunks up to the last; empty where the
  // stream is broken off without a word.
  virtual std::string ErrorEvents(const ApiError& error) const = 0;
  // An answer to bytes that are no HTTP request.
  virtual PlainReply MalformedHttp() const { return MalformedHttpReply(); }

  virtual std::string PlainBytes(const PlainReply& reply, const ReplyHead& head) const {
    return PlainReplyBytes(reply, head);
  }
  virtual std::string StreamHeadBytes(const ReplyHead& head) const { return StreamHead(head); }
  // Whether the head of a stream is sent when its request is admitted; else with its first event.
  virtual bool HeadAtAdmission() const { return false; }
  // Whether the connection closes after an error, as its head then says.
  virtual bool ClosesAfterError() const { return false; }
  // Whether the connection closes after a stream, whatever its head says.
  virtual bool ClosesAfterStream() const { return false; }
};

// The key that a server may ask for, as "Authorization: Bearer <key>"; an empty `api_key` asks for
// none.
bool KeyIsRight(const HttpRequest& request, std::string_view api_key);

}  // namespace specctl::sim
