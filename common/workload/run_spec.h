// RunSpec: everything that defines one run, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/dataset/dataset_identity.h"
#include "common/dataset/shared_prefix.h"
#include "common/net/tls_spec.h"
#include "common/workload/goodput.h"
#include "common/workload/load_shape.h"
#include "common/workload/precision_goal.h"

namespace specctl {

// /v1/chat/completions, /v1/completions; SGLang's own /generate
enum class Endpoint { kChat, kCompletions, kGenerate };
// How conversations are spread over targets.  kPaired: of two targets, each conversation is sent to
// both, at the positions 2k and 2k + 1, in random order (a sweep's --paired).
enum class UrlPolicy { kRoundRobin, kLeastInFlight, kPaired };

// What load, for how long.
struct LoadSpec {
  LoadShape shape;
  uint32_t agents = 1;                   // agent processes; at most a slot each
  Nanos ramp{0};                         // slots of a closed loop are filled evenly over this time
  Nanos warmup{0};                       // full load, left out of the hold
  std::optional<Nanos> duration;         // from the end of ramp and warm-up
  std::optional<uint64_t> requests_max;  // turns; excludes conversations_max
  std::optional<uint64_t> conversations_max;
  Nanos grace = std::chrono::seconds(30);  // what is in flight at a limit gets this long
  // The hold ends before `duration` once all of these are met; empty: it lasts as long as that.
  std::vector<PrecisionGoal> until;
  double failed_share_max = 0.1;  // the run ends above it, after max(a wave, 10) requests
  // Once armed the run goes on with the agents that are left when others are lost.
  bool degrades_on_agent_loss = false;
  uint64_t seed = 0;
};

// Stands for the run's id.
inline constexpr std::string_view kCacheSaltOfRun = "run";

// What one request asks for.
struct RequestSpec {
  Endpoint endpoint = Endpoint::kChat;
  std::string model;
  uint32_t osl_tokens = 1024;         // max_tokens; a row's own max_tokens goes before it
  std::optional<double> temperature;  // nullopt: the server's own
  bool ignore_eos = false;
  std::string reasoning_effort;  // of chat; empty: the server's own
  bool keep_reasoning = false;   // what a reply thought goes back with it to the next turn
  bool reply_ids = false;        // replies tell their token ids, which the next turn's prompt needs
  std::vector<uint32_t> reply_end_ids;  // end replies of ids; a prompt's next piece has its own
  std::string cache_salt;               // servers share no prefix between two; empty: none is sent
  std::string extra_inputs_json;        // a JSON object merged into each body, or empty
  // Requests are spread over these models in proportion to the numbers; empty: the target's model.
  std::vector<std::pair<std::string, double>> model_mix;
  std::vector<std::pair<std::string, std::string>> headers;  // those of --keep-header; see Secrets
  std::vector<std::string> withheld_headers;                 // names of the others
};

// What must reach the agents and never a file.
struct Secrets {
  std::string api_key;  // sent as "Bearer <api_key>"; may be empty
  std::vector<std::pair<std::string, std::string>> headers;  // all of --header
  std::vector<std::string> basic_authorizations;    // by target: of its URL's login; may be empty
  std::vector<std::string> metrics_authorizations;  // by --server-metrics URL, the same

  // Value of the Authorization header for that target, by its login, else by the key; may be empty.
  std::string AuthorizationOf(uint32_t target) const;
};

struct TimeoutSpec {
  Nanos connect = std::chrono::seconds(10);
  Nanos request = std::chrono::seconds(600);  // from begin to end of one request
  Nanos idle = std::chrono::seconds(60);      // no byte from the server for this long
};

// A server under load.
struct TargetSpec {
  std::string url;               // scheme://host:port[/prefix], without login and /v1
  std::string name;              // how reports call it; empty: by its URL
  std::string model;             // what it is asked for; empty: RequestSpec::model
  std::optional<uint32_t> gpus;  // behind it
};

struct RunSpec {
  std::string run_id;  // e.g. 20261122-101410-7f3a
  std::string specctl_version;
  LoadSpec load;
  RequestSpec request;
  TimeoutSpec timeouts;
  TlsSpec tls;
  std::vector<TargetSpec> targets;
  UrlPolicy url_policy = UrlPolicy::kRoundRobin;
  bool server_metrics = true;
  std::vector<std::string> metrics_urls;  // one a target, or those named by --server-metrics
  bool metrics_urls_named = false;        // the latter
  // Where TensorRT-LLM has no other metrics its statistics of iterations are read, which takes them
  // from other readers.
  bool trtllm_iteration_stats = false;
  std::string sglang_metrics_dir;  // of the controller's machine; empty: none
  DatasetIdentity dataset;
  SharedPrefix shared_prefix;  // that conversations are given
  std::vector<std::pair<std::string, std::string>> tags;
  std::optional<uint32_t> gpus;  // behind all targets
  bool save_text = false;
  std::string engine;           // an EngineProfile's name; empty: what each target is found to be
  bool flush_cache = false;     // prefix caches are cleared before T0
  std::string slice_by_header;  // name of a response header, e.g. of who served it; empty: none
  Nanos agent_timeout = std::chrono::seconds(30);
  GoodputTerms goodput;  // what requests must keep to count as good; empty: none is counted
  // Connections to a target take turns over all addresses of its name, instead of using the first
  // that answers.
  bool resolve_all = false;
  // Arrivals are dated when a process reads them instead of when the kernel got them: to see what
  // that does to the figures.
  bool user_stamps = false;
};

// What reports call the target of that index: its name, else its URL; "target 3" where the spec has
// no such target.
std::string TargetLabel(const RunSpec& spec, uint32_t target);
std::vector<std::string> TargetUrls(const RunSpec& spec);

}  // namespace specctl
