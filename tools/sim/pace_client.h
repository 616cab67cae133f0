// PaceClient: one connection of a PaceServer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "tools/sim/engine_counters.h"
#include "tools/sim/http_request_parser.h"
#include "tools/sim/outbox.h"
#include "tools/sim/pace_report.h"
#include "tools/sim/pace_schedule.h"
#include "tools/sim/pace_stream.h"
#include "tools/sim/sim_options.h"
#include "tools/sim/vllm_api.h"

namespace specctl::sim {

// A listening socket and what has been counted behind it.
struct PaceSite {
  PaceSite(int fd_in, VllmApiOptions api_options) : fd(fd_in), api(std::move(api_options)) {}
  int fd;
  VllmApi api;
  EngineCounters counters{0};
  uint64_t running = 0;
  uint64_t requests = 0;
};

// What all clients share; must outlive them.
struct PaceShared {
  const SimOptions& options;
  const PaceSchedule& schedule;
  SendLog* log;  // may be null
  PaceReport& report;
  std::string& buffer;  // for the event being made
};

// Never blocks.  Not thread-safe.
class PaceClient {
 public:
  enum class Then {
    kOpen,     // wait for bytes
    kBlocked,  // and until the socket is writable
    kClosed,   // forget the client
  };

  // Owns `fd`.  `slot` gives the phase.
  PaceClient(int fd, uint32_t slot, PaceSite& site, const PaceShared& shared);
  PaceClient(const PaceClient&) = delete;
  PaceClient& operator=(const PaceClient&) = delete;
  ~PaceClient();

  // Bytes are there, or the peer has closed.
  Then OnReadable();
  Then OnWritable();
  // Sends the chunk that is due.  Precondition: NextDue() has passed.
  Then OnDue();

  // When the next chunk of the running stream is due; nullopt: none runs.
  std::optional<MonoTime> NextDue() const;
  // Since when there has been no request; nullopt while one is answered.
  std::optional<MonoTime> idle_since() const;
  int fd() const { return fd_; }

 private:
  Then ReadRequests();
  void Handle(const HttpRequest& request);
  void BeginStream(InferenceRequest request, const HttpRequest& http);
  void CountChunk(uint32_t tokens, MonoTime now);
  void SendPlain(const PlainReply& reply);
  Then After(Outbox::State state) const;

  const int fd_;
  const uint32_t slot_;
  PaceSite& site_;
  const PaceShared& shared_;
  Outbox outbox_;
  HttpRequestParser parser_;
  std::string unread_;
  std::optional<PaceStream> stream_;
  int64_t point_ = 0;  // of the stream's next chunk
  MonoTime due_;       // likewise
  MonoTime read_at_;   // the stream's request
  MonoTime last_chunk_;
  MonoTime idle_since_;
  bool close_after_reply_ = false;
};

}  // namespace specctl::sim
