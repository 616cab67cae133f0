// MeasureRequest: what somebody asks to be measured, as a value that can cross a wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/dataset/dataset.h"
#include "common/workload/run_spec.h"

namespace specctl::controller {

// Whoever makes it has applied all that only it can see: its environment, the run of --like, the
// file of --config, and files of its own.  Resolve() asks for nothing but the prompts of a name,
// the fleet and the targets.
struct MeasureRequest {
  // As asked.  Resolve() fills load.agents, request.osl_tokens, request.temperature, the models,
  // metrics_urls and dataset; where tls.ca_file is set, tls.ca_pem is what it holds.
  RunSpec spec;
  // What must reach the agents and the targets, and never a file.  basic_authorizations are by
  // target of spec.targets, metrics_authorizations by URL of named_metrics_urls.
  Secrets secrets;
  std::string api_key_variable;  // that secrets.api_key was in, for errors; empty: no key

  // Agents wanted; nullopt: one for each 256 of bs, at most one a core of the fleet.
  std::optional<uint32_t> agents;

  // The prompts: a name that is looked for beside the controller, or rows that were in a file of
  // whoever asks.
  std::variant<DatasetRequest, Dataset> prompts;
  // The prompts must still be these, which an earlier run read; nullopt: any.
  std::optional<DatasetIdentity> prompts_before;
  std::optional<uint32_t> osl_tokens;  // max_tokens; nullopt: the dataset decides
  bool temperature_given = false;      // it is in spec.request; else the dataset decides

  // Where metrics are scraped; empty: where each target has its own.
  std::vector<std::string> named_metrics_urls;
  std::vector<std::pair<std::string, std::string>> metrics_headers;  // for these URLs alone
  Nanos wait_ready{0};  // for how long a target may still be starting

  // Filled where the prompts are token ids: a few of them, the highest among these, which a target
  // must take.
  std::vector<uint32_t> probe_ids;

  std::vector<std::string> notes;  // what the user should be told before the run; a sentence each
};

}  // namespace specctl::controller
