// ResponseIntake: from the bytes of one response to the chunk records of its request.
#pragma once

#include <optional>
#include <string>

#include <absl/container/inlined_vector.h>

#include "agent/stream/batch_recorder.h"
#include "agent/stream/ending.h"
#include "agent/stream/health_meter.h"
#include "agent/stream/read_arrival.h"
#include "agent/stream/wakeup.h"
#include "common/engine/response_body.h"
#include "common/net/http_response_parser.h"

namespace specctl::agent {

// HTTP framing -> server-sent events -> engine's meaning -> records, read by read.  A chunk is
// exact where its read's stamp is and nothing came behind it in the read, but the CR LF of its own
// HTTP chunk: the stamp is of the last byte, which may have come well after the chunk's own.  All
// others lie in the read's interval.  For the agent's health a chunk with no other, nor the start
// of one, behind it counts as exact: that a response's end comes with it is not the agent's doing.
// Reads on to the last HTTP chunk, beyond [DONE]; but an answer is complete without that one.
//
// One a slot, used for one response after another; allocates nothing for a chunk in the steady
// state.  Sans-I/O.  Not thread-safe.
class ResponseIntake final : public ByteSink, private HttpBodySink {
 public:
  static constexpr size_t kEventBytesMax = 16 << 20;
  // What all intakes of a reactor share; outlives them.
  struct Shared {
    StreamDecoder& decoder;
    BatchRecorder& recorder;
    HealthMeter& health;
    // Name of a response header whose value Describe() tells; empty: of none.
    std::string_view header = {};
  };

  // Notifies `wakeup` when over(), and when settled().
  ResponseIntake(Shared shared, Wakeup& wakeup);

  // Makes ready for the response of the request `log` belongs to.
  void BeginResponse(RequestLog& log, const ResponseReader::Options& options);

  void PrefetchForBytes() const override;
  void OnBytes(std::string_view bytes) override;
  void OnReadEnd(const ReadArrival& arrival) override;
  void OnEnd(const absl::Status& why) override;

  bool any_byte() const { return http_.any_byte(); }
  // Nothing more is to be read: complete, or given up (malformed, or the connection ended).
  bool over() const { return over_; }
  // All of the answer has come, and the body's end has not: at settled_at() its last event did.
  // What comes behind it is still read.
  bool settled() const { return settled_at_.has_value(); }
  MonoTime settled_at() const { return *settled_at_; }
  // What came so far tells already that the request has failed, and why.
  bool has_failed() const {
    return body_.reader().has_error() || (http_.head_done() && http_.status() != 200);
  }
  // The connection can carry another request.
  bool keeps_connection() const { return http_.done() && !fault_ && http_.keep_alive(); }
  // Arrival of the last read; MonoTime{} before the first.
  MonoTime last_arrival() const { return last_arrival_; }
  const ResponseReader& reader() const { return body_.reader(); }

  // How the response, which is over or settled or has failed, ended.  `url`: for the error's text.
  Ending Judge(std::string_view url) const;
  // Fills what the response says, and what it was allowed: status, finish, usage, text ...
  void Describe(bool save_text, RequestFinished& finished) const;

 private:
  struct Pending {
    std::optional<uint32_t> tokens;
    bool reasoning;
    bool same_step;
  };

  void OnHead() override;
  absl::Status OnBody(std::string_view bytes) override;
  void Emit(const ReadArrival& arrival);

  // In the order of what a chunk touches, and then the rest.
  const Shared shared_;
  RequestLog* log_ = nullptr;
  bool over_ = false;
  bool chunk_ends_body_ = false;  // nothing of the body came behind the last token-bearing chunk
  bool connection_ended_ = false;
  std::optional<absl::Status> fault_;  // what ended the reading before its time
  MonoTime last_arrival_{};
  std::optional<MonoTime> settled_at_;
  HttpResponseParser http_;
  absl::InlinedVector<Pending, 2> pending_;  // token-bearing chunks of the present read
  ResponseBody body_;
  Wakeup& wakeup_;
};

}  // namespace specctl::agent
