// The events of a run, as plain values.  The journal is a sequence of these and nothing else.
//
// Times: `*_mono_ns` is nanoseconds of CLOCK_MONOTONIC of the host that is named; `*_unix_ns` is
// wall-clock time.  No time here is ever mapped between hosts: that is the fold's work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/engine/token_accounting.h"
#include "common/plan/run_spec.h"

namespace specctl {

// First event of every journal.
struct RunBegun {
  RunSpec spec;
  int64_t unix_ns = 0;
  // What was planned in requests (turns); nullopt under --duration alone.
  std::optional<uint64_t> planned_requests;
  std::vector<std::string> notes;  // what defaults chose, for the page
};

// A dataset row that the plan may send, so that reports need no dataset.
struct PlannedRow {
  uint64_t order_index = 0;
  std::string question_id, category, sub_category, tier;
  uint32_t turns = 1;
};

struct TargetProbed {
  uint32_t target = 0;  // index into spec.target_urls
  std::string url;
  std::string engine;  // "vllm", "openai", ...
  std::string engine_version;
  std::string model;
  std::optional<uint32_t> max_model_len_tokens;
  TokenSource token_source = TokenSource::kUnknown;
  bool continuous_usage = false;  // the server takes the field and answers to it
  bool return_token_ids = false;  // worth asking for
  std::string metrics_url;        // empty: none
  std::string metrics_note;       // why there are none, for the page
  std::optional<uint32_t> draft_length;
};

struct HostFacts {
  std::string hostname, boot_id, kernel, cpu_model;
  uint32_t cores = 0;
  uint64_t memory_bytes = 0;
  uint32_t pid = 0;
  uint64_t files_max = 0;  // RLIMIT_NOFILE after raising
};

struct AgentJoined {
  uint32_t agent = 0;
  uint64_t incarnation = 0;
  HostFacts host;
  uint32_t slots = 0;
};

// Four-timestamp probe, in this order: agent send, controller receive, controller send, agent
// receive.
struct ClockProbed {
  uint32_t agent = 0;
  int64_t controller_send_mono_ns = 0, agent_receive_mono_ns = 0, agent_send_mono_ns = 0,
          controller_receive_mono_ns = 0;
};

// T0 on the controller's clocks.
struct Armed {
  int64_t t0_mono_ns = 0;
  int64_t t0_unix_ns = 0;
  std::string boot_id;  // of the controller's host
};

enum class RunStage { kPreparing, kArmed, kRunning, kDraining, kDone };
struct StageChanged {
  RunStage stage = RunStage::kPreparing;
  int64_t at_mono_ns = 0;  // controller
  std::string reason;
};

struct AgentEnded {
  uint32_t agent = 0;
  bool lost = false;  // else it said Done
  std::string reason;
  int64_t at_mono_ns = 0;  // controller
};

// --- what agents send -------------------------------------------------------------------------

// A request that a slot has begun, reported before or with its first chunks.
struct RequestBegun {
  uint64_t ordinal = 0;  // counts this agent's requests from 0: the key of chunks and of the finish
  uint64_t position = 0;
  uint32_t turn = 0;
  uint32_t slot = 0;  // the agent's local slot
  uint32_t target = 0;
  int64_t slot_free_mono_ns = 0;  // when the slot could have begun it (ttft_user starts here)
  int64_t begin_mono_ns = 0;      // when it did
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
  kAgentLost
};

struct RequestFinished {
  uint64_t ordinal = 0;
  Outcome outcome = Outcome::kOk;
  FailureKind failure = FailureKind::kNone;
  std::string error;          // one line, at most 500 bytes; names the URL where it can
  uint32_t http_status = 0;   // 0: no response head was read
  std::string finish_reason;  // as the server said; empty: it never did
  std::string response_id;
  std::optional<int64_t> start_mono_ns;  // first byte handed to the kernel; absent: never sent
  std::optional<int64_t> sent_mono_ns;   // last byte handed to the kernel
  std::optional<int64_t> connect_ns;     // how long connecting (and TLS) took; absent: reused
  int64_t end_mono_ns = 0;
  uint32_t resends = 0;
  bool connection_closed_by_server = false;
  TokenSource token_source = TokenSource::kUnknown;  // how this one's chunks were counted
  std::optional<uint64_t> input_tokens, output_tokens, cached_tokens,
      reasoning_tokens;      // server's usage
  uint64_t chunks = 0;       // token-bearing chunks reported
  uint64_t bytes = 0;        // body bytes read
  uint64_t output_hash = 0;  // FNV-1a of the answer's text; 0 where there was none
  std::string output_text;   // with --save-text
  std::optional<SpeculationStats> speculation;
};

// Mean state of an agent over one second.
struct AgentHealth {
  int64_t at_mono_ns = 0;
  uint32_t in_flight = 0;
  uint64_t chunks = 0, reads = 0, coalesced_reads = 0, unstamped_reads = 0;  // of that second
  uint64_t receive_lag_p50_ns = 0, receive_lag_p99_ns = 0, receive_lag_max_ns = 0;
  uint64_t send_lag_p99_ns = 0, loop_lag_max_ns = 0;
  uint64_t cpu_user_ns = 0, cpu_system_ns = 0;  // of that second, whole process
  uint64_t spool_bytes = 0, rss_bytes = 0;
};

enum class UnassignedReason { kEarlierTurnFailed, kLimit, kInterrupted, kAgentLost };
struct Unassigned {
  UnassignedReason reason = UnassignedReason::kLimit;
  uint64_t requests = 0;
};

// One batch of one agent.  (agent, incarnation, seq) is its identity; seq counts from 1.
// Everything that happened on the agent before `to_mono_ns` is in this batch or an earlier one.
struct AgentBatch {
  uint32_t agent = 0;
  uint64_t incarnation = 0;
  uint64_t seq = 0;
  int64_t from_mono_ns = 0;  // to_mono_ns of the batch before; base of the chunks' times
  int64_t to_mono_ns = 0;
  int64_t real_minus_mono_ns = 0;  // at to_mono_ns
  std::vector<RequestBegun> begun;
  std::string chunks;  // see chunk_codec.h
  std::vector<RequestFinished> finished;
  std::optional<AgentHealth> health;
  std::optional<int64_t> slots_filled_mono_ns;  // once: when its last slot had begun a request
  std::optional<int64_t> first_idle_mono_ns;    // once: when a slot first found no further work
  std::vector<Unassigned> unassigned;           // once, in the last batch
  uint64_t chunks_dropped = 0;                  // chunk detail lost because the spool was full
};

// --- servers' metrics -------------------------------------------------------------------------

enum class ScrapeKind { kBefore, kDuring, kAfter };

// A series is numbered at its first appearance at a target.
struct MetricSeries {
  uint32_t series = 0;
  std::string name;                                         // family and suffix, as exposed
  std::vector<std::pair<std::string, std::string>> labels;  // in the exposed order
};

struct Scraped {
  uint32_t target = 0;  // index of the metrics URL
  std::string url;
  ScrapeKind kind = ScrapeKind::kDuring;
  int64_t begin_mono_ns = 0, end_mono_ns = 0;  // controller
  std::string error;                           // not empty: the scrape failed and has no samples
  std::vector<MetricSeries> new_series;
  std::vector<std::pair<uint32_t, double>> samples;  // series -> value; only those that changed
  std::string text_gzip;  // whole exposition of the first and the last scrape, gzip (RFC 1952)
};

enum class RunEnd { kCompleted, kInterrupted, kTooManyFailures, kAgentLost, kFailed };
struct RunEnded {
  RunEnd end = RunEnd::kCompleted;
  std::string reason;
  int64_t at_mono_ns = 0;  // controller
};

using Event = std::variant<RunBegun, PlannedRow, TargetProbed, AgentJoined, ClockProbed, Armed,
                           StageChanged, AgentEnded, AgentBatch, Scraped, RunEnded>;

}  // namespace specctl
