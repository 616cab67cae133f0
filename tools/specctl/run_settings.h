// What `specctl run` is asked to do, checked and complete but for what the targets and the dataset
// say.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "common/workload/run_spec.h"
#include "tools/specctl/run_flags.h"

namespace specctl::cli {

// Everything outside the command line that decides defaults, so that tests can give it.
struct Surroundings {
  uint32_t cores = 1;
  std::string default_url;      // $SPECCTL_URL, or empty
  std::string version;          // of specctl
  std::string run_id;           // of this run
  std::optional<RunSpec> like;  // spec of the run named by --like
  // Value of an environment variable, or nullopt.
  std::optional<std::string> (*environment)(const std::string& name) = nullptr;
};

struct RunSettings {
  // Complete but for request.model, metrics_urls (filled from the probe) and dataset.
  RunSpec spec;
  Secrets secrets;
  std::string api_key_variable;  // --api-key-env; empty: no key
  DatasetRequest dataset;
  std::vector<std::string> named_metrics_urls;  // --server-metrics; empty: one a target
  std::vector<std::pair<std::string, std::string>> metrics_headers;  // for these alone
  std::optional<uint32_t> osl_tokens;  // as given; else the dataset decides
  bool temperature_given = false;      // else the dataset decides
  Nanos wait_ready{0};
  std::vector<std::string> notes;
};

// INVALID_ARGUMENT, its text beginning with the flag's name: a value out of range or of the wrong
// form, or flags that exclude each other.
absl::StatusOr<RunSettings> MakeSettings(const RunFlags& flags, const Surroundings& surroundings);

// INVALID_ARGUMENT: `dataset`, which --like alone names, is not what that run read any more.
absl::Status CheckDatasetOfLike(const RunFlags& flags, const std::optional<RunSpec>& like,
                                const Dataset& dataset);

// Settles --osl and --temperature by the dataset that was loaded: 4096 for SPEED-Bench, else 1024;
// 0 for named datasets, the server's own for a user's file.
void SettleByDataset(const Dataset& dataset, RunSettings& settings);

}  // namespace specctl::cli
