// What an agent tells of its load, batch by batch, as plain values.
//
// Times: `*_mono_ns` is nanoseconds of CLOCK_MONOTONIC of the agent's host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "common/engine/token_accounting.h"
#include "common/journal/agent_health.h"
#include "common/journal/null_server_report.h"

namespace specctl {

// A request that a slot has begun, reported before or with its first chunks.
struct RequestBegun {
  uint64_t ordinal = 0;  // counts this agent's requests from 0: the key of chunks and of the finish
  uint64_t position = 0;
  uint32_t turn = 0;
  uint32_t slot = 0;  // the agent's local slot
  uint32_t target = 0;
  // When it was to begin (ttft_user starts here): of a closed loop, when its slot was free; of an
  // open loop, when its conversation arrived, and of a later turn when the think time was over.
  int64_t due_mono_ns = 0;
  int64_t begin_mono_ns = 0;  // when it did
};

// A conversation of an open loop that arrived when every slot was taken, and was given up.
struct ShedArrival {
  uint64_t position = 0;
  uint32_t turns = 0;       // that were not sent
  int64_t due_mono_ns = 0;  // when it arrived
};

enum class Outcome { kOk, kFailed, kTimedOut, kCancelled, kLost };

// Why a request is not ok; `kNone` with kOk.
enum class FailureKind {
  kNone,
  kConnect,
  kTls,
  kSend,
  kHttpStatus,
  kErrorEvent,
  kTruncated,
  kUndecodable,
  kTooLong,
  kContextOverflow,
  kConnectTimeout,
  kRequestTimeout,
  kIdleTimeout,
  kCancelledAtLimit,
  kInterrupted,
  kAgentLost,
  kTooManyFailures
};

// Longer ones are cut and end in "...": a value names a replica or a pool, and is kept for each
// request.
inline constexpr size_t kHeaderValueBytesMax = 128;

// What a request may lack is optional in it.  A status, reason, id or hash that it lacks is 0, or
// an empty text, in the journal.
struct RequestFinished {
  uint64_t ordinal = 0;
  Outcome outcome = Outcome::kOk;
  FailureKind failure = FailureKind::kNone;
  std::string error;  // one line, at most 500 bytes; names the URL where it can; empty with kOk
  std::optional<uint32_t> http_status;       // absent: no response head was read
  std::optional<std::string> finish_reason;  // as the server said; absent: it never did
  std::optional<std::string> response_id;
  std::optional<int64_t> start_mono_ns;  // first byte handed to the kernel; absent: never sent
  std::optional<int64_t> sent_mono_ns;   // last byte handed to the kernel
  std::optional<int64_t> connect_ns;     // how long connecting (and TLS) took; absent: reused
  std::optional<int64_t> round_trip_ns;  // the network's, as TCP saw it; absent: reused
  int64_t end_mono_ns = 0;
  uint32_t resends = 0;
  bool connection_closed_by_server = false;
  bool left_open = false;         // the answer was complete and its body never ended: we closed
  uint64_t passed_over = 0;       // events of which something was passed over
  std::string passed_over_first;  // what of the first, where there is one, e.g. a field
  TokenSource token_source = TokenSource::kUnknown;  // how this one's chunks were counted
  TokenFault token_fault = TokenFault::kNone;        // the first that was seen
  std::optional<uint64_t> max_tokens;                // what the request allowed; absent: unknown
  std::optional<uint64_t> input_tokens, output_tokens, cached_tokens,
      reasoning_tokens;                 // server's usage
  uint64_t chunks = 0;                  // token-bearing chunks reported
  uint64_t bytes = 0;                   // body bytes read
  std::optional<uint64_t> output_hash;  // FNV-1a of the answer's text; absent: there was none
  std::string output_text;              // the same text, with --save-text
  std::optional<SpeculationStats> speculation;
  std::optional<TimingsStats> timings;
  std::optional<double> tokens_per_iteration;  // the prompt's included (TensorRT-LLM)
  // Of RunSpec::slice_by_header, printable and at most kHeaderValueBytesMax; empty: there was none.
  std::string header_value;
  // With RunSpec::resolve_all, of the replica that the request was sent to; else empty.
  std::string address;
};

enum class UnassignedReason {
  kEarlierTurnFailed,
  kLimit,
  kInterrupted,
  kAgentLost,
  kTooManyFailures
};
inline constexpr size_t kUnassignedReasons =
    static_cast<size_t>(UnassignedReason::kTooManyFailures) + 1;
struct Unassigned {
  UnassignedReason reason = UnassignedReason::kLimit;
  uint64_t requests = 0;
};

// One batch of one agent.  (run, agent, incarnation, seq) is its identity; seq counts from 1 in
// each run. Everything that happened on the agent before `to_mono_ns` is in this batch or an
// earlier one.
struct AgentBatch {
  uint32_t agent = 0;
  uint64_t incarnation = 0;
  uint64_t seq = 0;
  std::optional<uint64_t> run_hash;  // RunHash() of the run; absent in journals of before
  int64_t from_mono_ns = 0;          // to_mono_ns of the batch before; base of the chunks' times
  int64_t to_mono_ns = 0;
  int64_t real_minus_mono_ns = 0;  // at to_mono_ns
  std::vector<RequestBegun> begun;
  std::vector<ShedArrival> shed;
  std::string chunks;  // see chunk_codec.h
  std::vector<RequestFinished> finished;
  std::optional<AgentHealth> health;
  std::optional<int64_t> slots_filled_mono_ns;  // once: when its last slot had begun a request
  std::optional<int64_t> first_idle_mono_ns;    // once: when a slot first found no further work
  std::vector<Unassigned> unassigned;           // once, in the last batch
  std::optional<NullServerReport> null_server;  // once, in the last batch, where it ran some
  uint64_t chunks_dropped = 0;                  // chunk detail lost because the spool was full
};

// Tells batches of different runs apart that share agent, incarnation and seq: FNV-1a of the run's
// id.
inline uint64_t RunHash(std::string_view run_id) { return Fnv1a(run_id); }

}  // namespace specctl
