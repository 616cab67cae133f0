// What is there: finds out of a target, before T0, all that a run must know of it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "common/journal/event.h"
#include "common/workload/run_spec.h"
#include "controller/scrape/http_fetch.h"

namespace specctl::controller {

struct ProbeInput {
  std::string url;          // as in TargetSpec, or with a login
  std::string model;        // empty: the first that /v1/models names
  std::string engine;       // an EngineProfile's name; empty: found out
  std::string metrics_url;  // empty: where the engine has them
  bool want_metrics = true;
  RequestSpec request;  // endpoint, extra inputs: the test inference is sent like the run's
  // Its prompt where the run's are token ids: a few of them, and the highest; empty: text.
  std::vector<uint32_t> prompt_ids;
  std::string authorization;  // value of the header; empty: none is sent
  std::string credential;     // what that is made of, for errors: "the key in $VAR"
  std::vector<std::pair<std::string, std::string>> headers;  // all, secret ones included
  FetchOptions fetch;  // time-out of each question but the inference
  Nanos inference_timeout = std::chrono::seconds(60);
};

// Settles the model, the engine with its metrics and what it says of itself (engine_probe.h), and
// by a short test inference how requests are put to it and how tokens are counted
// (test_inference.h). Blocks.
//
// UNAVAILABLE          nobody answers, or the server is not ready yet: worth asking again
// FAILED_PRECONDITION  not an LLM server, or an inference fails for good
// UNAUTHENTICATED      401 or 403
// INVALID_ARGUMENT     the model is not there (names those that are), a bad URL, or another engine
//                      than input.engine
absl::StatusOr<TargetProbed> ProbeTarget(const ProbeInput& input);

// ProbeTarget until it succeeds, every 2 s for at most `wait`; only UNAVAILABLE and
// DEADLINE_EXCEEDED are worth a repeat.  `wait` 0: once, and such an error names --wait-ready.
// `say` is told, once, that it waits; where `stopped` says so, it waits no longer.
absl::StatusOr<TargetProbed> WaitUntilReady(const ProbeInput& input, Nanos wait,
                                            const std::function<void(std::string_view)>& say,
                                            const std::function<bool()>& stopped = {});

}  // namespace specctl::controller
