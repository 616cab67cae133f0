// What differs between engines, as data: one profile per engine, in one file each.  A new engine is
// its file and its line in EngineProfiles().
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/engine/metric_family.h"
#include "common/engine/request_dialect.h"
#include "common/engine/server_identity.h"
#include "common/prometheus/exposition.h"

namespace specctl {

// What a server answers to questions that cost it nothing: bodies of answers with status 200, else
// empty.
struct ServerAnswers {
  std::string_view models;       // GET /v1/models
  std::string_view version;      // GET /version
  std::string_view server_info;  // GET /server_info
  std::string_view server_header;
  std::string_view metrics;       // the exposition text
  std::string_view metrics_path;  // where that was
};

// By which of its answers a server is known to be of an engine.  Any one is enough: proxies hide
// some of them.  Empty: not known by that.
struct EngineMarks {
  std::string_view owned_by = {};          // of the models
  std::string_view server_header = {};     // part of it
  std::string_view version_text = {};      // part of GET /version
  std::string_view server_info_text = {};  // part of GET /server_info
  std::string_view metrics_prefix = {};    // what the names of its families begin with
  std::string_view metrics_path = {};      // where no other engine has metrics
};

// A question that settles what a server says of itself.
struct IdentityQuestion {
  std::string_view path;
  // Reads the body of an answer with status 200 into what is not known yet; what it can't read
  // tells nothing.
  void (*read)(std::string_view body, ServerIdentity& identity);
};

// How prefix caches are cleared.
struct CacheFlush {
  std::string_view path = {};  // of a POST; empty: the engine has no way
  // Part of a body of status 200 that says that nothing was cleared.
  std::string_view failed_text = {};
  std::string_view needs = {};  // what it takes, for the error
};

// What a server must be started with for what it does not give.
struct ServerHints {
  std::string_view metrics = {}, per_request_statistics = {}, identity = {}, stream_interval = {};
};

struct EngineProfile {
  std::string_view name;          // as --engine and the journal have it: "vllm", "llamacpp"
  std::string_view display_name;  // "vLLM", "llama.cpp"
  // The engine that it serves with, whose families it has besides its own; nullptr: none.
  const EngineProfile& (*built_on)() = nullptr;
  EngineMarks marks = {};
  std::span<const IdentityQuestion> identity = {};  // asked in this order
  // Where the metrics are, best first.
  std::span<const std::string_view> metrics_paths = {};
  std::span<const MetricFamily> metrics = {};
  // Completes a run's figures by those that follow from others; nullptr: none do.
  void (*derive)(FigureValues& figures) = nullptr;
  // Series that differ in these labels alone are copies of one: the first counts.
  std::span<const std::string_view> copy_labels = {};
  // Where statistics of iterations are (iteration_stats.h), which a reader takes from others;
  // empty: there are none.
  std::string_view iteration_stats_path = {};
  LabelValue other_worker = {};      // series with it are of no worker that answers requests
  std::string_view rank_label = {};  // tells the engines behind one server apart
  // What its streams are asked for.
  StreamRequests requests = {};
  bool has_generate = false;  // its own route of that name (Endpoint::kGenerate)
  // Closes the connection after a stream, whatever the response's head says.
  bool closes_after_stream = false;
  // Refuses a request whose prompt and max_tokens together exceed the context.  llama.cpp ends the
  // reply where its context is full.
  bool context_holds_max_tokens = true;
  // A server without a counter of drafts does not speculate.
  bool always_counts_drafts = false;
  // A request that has ended may be in one more step, whose tokens are counted though none were
  // sent and the step is not.
  bool counts_a_step_too_many = false;
  bool chunk_per_step = true;  // false: an engine that sends a chunk per token (llama.cpp)
  CacheFlush flush = {};
  ServerHints hints = {};
};

const EngineProfile& VllmProfile();
const EngineProfile& SglangProfile();
const EngineProfile& TrtllmProfile();
const EngineProfile& NimProfile();
const EngineProfile& LlamaCppProfile();
// Any server that speaks OpenAI's protocol and that no other profile knows.
const EngineProfile& OpenAiProfile();

// All of them, OpenAiProfile() last.
std::span<const EngineProfile* const> EngineProfiles();
// The profile of that name, or OpenAiProfile().
const EngineProfile& ProfileNamed(std::string_view name);

// The engine whose marks the answers bear, or OpenAiProfile().
const EngineProfile& DetectEngine(const ServerAnswers& answers);
// The family that a sample belongs to, or null; the process's start is of any engine.  Names match
// whole, but for the `_total` of a counter, which a server may leave out; so `..._created` never
// does.
const MetricFamily* FindFamily(const EngineProfile& profile, std::string_view sample_name,
                               const MetricLabels& labels);
// Whether samples of that name can belong to a family, whatever their labels.
bool HasFamilyNamed(const EngineProfile& profile, std::string_view sample_name);
// The same without the process's start, which any engine may have.
bool IsOwnFamilyNamed(const EngineProfile& profile, std::string_view sample_name);

}  // namespace specctl
