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

#include "common/engine/server_identity.h"
#include "common/engine/token_accounting.h"
#include "common/journal/agent_batch.h"
#include "common/journal/statistics_read.h"
#include "common/workload/planned_row.h"
#include "common/workload/run_spec.h"

namespace specctl {

// First event of every journal.
struct RunBegun {
  RunSpec spec;
  int64_t unix_ns = 0;
  // What was planned in requests (turns); nullopt under --duration alone.
  std::optional<uint64_t> planned_requests;
  std::vector<std::string> notes;  // what defaults chose, for the page
};

// The model that a request to `target` asks for: its row's own (`row` may be null), else the
// target's.
std::string_view ModelOf(const RunSpec& spec, const PlannedRow* row, uint32_t target);

struct TargetProbed {
  uint32_t target = 0;  // index into spec.targets
  std::string url;
  std::string engine;       // an EngineProfile's name
  ServerIdentity identity;  // what it says of itself
  std::string model;
  std::optional<uint32_t> max_model_len_tokens;
  TokenSource token_source = TokenSource::kUnknown;
  std::string dialect;  // how requests are put to it: an encoded RequestDialect
  // What is wrong with its usage on chunks, which is then not used.
  TokenFault usage_fault = TokenFault::kNone;
  bool stream_options = true;              // the server takes the field at all
  std::vector<std::string> served_models;  // empty: it does not tell
  std::string metrics_url;                 // empty: none
  std::string metrics_note;                // why there are none, for the page
  bool per_request_statistics = false;     // responses tell of their own steps
};

struct HostFacts {
  std::string hostname, boot_id, kernel, cpu_model, pod, node;  // the last two in Kubernetes alone
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
  std::string resume_secret_sha256;  // hex, of the secret that its Welcome gave
};

// In this order: agent send, controller receive, controller send, agent receive.
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

enum class DrainReason { kInterrupted, kAgentLost, kTooManyFailures, kPreciseEnough };
// Agents are told to begin no new turn, and to cancel what is in flight at `until_mono_ns`.
struct DrainBegun {
  DrainReason reason = DrainReason::kInterrupted;
  int64_t until_mono_ns = 0;  // controller
};

struct AgentEnded {
  uint32_t agent = 0;
  bool lost = false;       // it died, or left before its work was done; else it said Done
  std::string reason;      // of a lost one: names it
  int64_t at_mono_ns = 0;  // controller
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
  std::string peer;       // address that answered; "here:PORT": this machine, by whatever name
  std::string text_gzip;  // whole exposition of the first and the last scrape, gzip (RFC 1952)
  // Of a URL whose name stands for several servers: which of them, by the order in which their
  // addresses were first seen; `url` is then its own.
  std::optional<uint32_t> replica;
  bool gone = false;  // it has left the name and answers no more: its last values stand
};

enum class RunEnd { kCompleted, kInterrupted, kTooManyFailures, kAgentLost, kFailed };
struct RunEnded {
  RunEnd end = RunEnd::kCompleted;
  std::string reason;
  int64_t at_mono_ns = 0;  // controller
};

// The run's controller was started again, and took the run up.  From here on the controller's times
// are of this life's clock: the same where the boot is.
struct ControllerBegan {
  std::string boot_id;
  int64_t mono_ns = 0, unix_ns = 0;  // its clocks, at one moment
};

using Event = std::variant<RunBegun, PlannedRow, TargetProbed, AgentJoined, ClockProbed, Armed,
                           StageChanged, AgentEnded, AgentBatch, Scraped, RunEnded, DrainBegun,
                           StatisticsRead, ControllerBegan>;

}  // namespace specctl
