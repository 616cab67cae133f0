// ResponseBody: a response to an inference request, from the bytes of its body to their meaning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "common/engine/response_judge.h"
#include "common/engine/response_reader.h"
#include "common/net/sse_parser.h"

namespace specctl {

// Used for one response after another, by whoever reads one: a probe as well as a load.  A stream
// is what says so (text/event-stream), or begins as one, whatever it calls itself.  Allocates
// nothing for a chunk in the steady state.  Sans-I/O.  Not thread-safe.
class ResponseBody {
 public:
  static constexpr size_t kPlainBytesMax = 64 << 10;  // kept of a body that is no stream

  // `decoder` outlives it.  `event_bytes_max`: the longest event accepted.
  ResponseBody(StreamDecoder& decoder, size_t event_bytes_max);

  // Makes ready for a next response.
  void BeginResponse(const ResponseReader::Options& options);

  struct Head {
    uint32_t status = 0;
    std::string_view content_type;      // lower case, without parameters
    std::string_view content_encoding;  // as sent
    std::string_view location;          // as sent
  };
  // The response's head is whole.
  void OnHead(const Head& head);

  // Takes bytes of the body, followed by SseParser::kPadding readable ones, in pieces of any size.
  // Calls on_chunk(facts, ends_the_bytes) for each token-bearing chunk.
  // INVALID_ARGUMENT    an event that can't be decoded
  // RESOURCE_EXHAUSTED  one that is too long
  template <class OnChunk>
  absl::Status Feed(std::string_view bytes, OnChunk on_chunk);

  // Everything that makes the answer has come, or will never: what follows is of no account, be it
  // the last HTTP chunk.  An answer is whole with its finish reason and [DONE].
  bool settled() const {
    return (reader_.done_seen() && !reader_.finish_reason().empty()) || reader_.has_error();
  }
  const ResponseReader& reader() const { return reader_; }
  bool has_partial_event() const { return sse_.has_partial_event(); }
  uint64_t bytes() const { return bytes_; }

  struct End {
    bool head_done = false;
    absl::Status fault;  // what ended the reading before the body's end; OK where nothing did
    bool connection_ended = false;  // the fault is the connection's, not the bytes'
  };
  ResponseVerdict Judge(const End& end) const;

 private:
  enum class Kind : uint8_t { kStream, kPlain, kUnsure };

  // Whether `bytes` are now to be read as a stream; they are others where its beginning was kept.
  bool TakeAsStream(std::string_view& bytes);
  void KeepBeginning(std::string_view bytes);

  Kind kind_ = Kind::kPlain;
  bool any_event_ = false;
  uint64_t bytes_ = 0;
  SseParser sse_;
  ResponseReader reader_;
  uint32_t status_ = 0;
  std::string content_type_, content_encoding_, location_;
  std::string plain_;  // the body, or of a stream what came before its first event
  std::string begun_;  // of a stream under another name: what came until it was known as one
};

template <class OnChunk>
absl::Status ResponseBody::Feed(std::string_view bytes, OnChunk on_chunk) {
  bytes_ += bytes.size();
  if (kind_ != Kind::kStream && !TakeAsStream(bytes)) return absl::OkStatus();
  if (!any_event_) KeepBeginning(bytes);
  if (absl::Status fed = sse_.Feed(bytes); !fed.ok()) return fed;
  while (const auto event = sse_.Next()) {
    any_event_ = true;
    ChunkFacts facts;
    if (absl::Status read = reader_.OnEvent(*event, facts); !read.ok()) return read;
    if (facts.token_bearing) on_chunk(facts, sse_.at_end());
  }
  return absl::OkStatus();
}

}  // namespace specctl
