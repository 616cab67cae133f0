// SweepJob: what a sweep is asked to measure, apart from what it measured already.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/dataset/dataset.h"
#include "common/sweep/sweep_schedule.h"
#include "controller/measure/measure_request.h"

namespace specctl::controller {

// The servers of a target of the grid; a run's load is spread over them.
struct SweepServers {
  std::vector<TargetSpec> servers;                // at least one
  std::vector<std::string> basic_authorizations;  // of each
  std::optional<uint32_t> gpus;                   // of all of them
};

// Prefix caches before a run: other points sent the same prompts.
enum class CacheFlush {
  kWherePossible,  // where a server says that it can't, the sweep goes on without
  kAlways,         // a server that can't is an error
  kNever,
};

struct SweepJob {
  std::string folder;  // of the sweep; exists
  // What all runs ask alike.  Its targets, prompts, load level, temperature and run id are put in
  // place by each point.
  MeasureRequest request;
  std::map<std::string, SweepServers> servers;  // by SweepTarget::name
  std::map<std::string, Dataset> datasets;      // by SweepDataset::name; read once
  // Those that a controller finds on its own machine: read into `datasets` there.
  std::map<std::string, DatasetRequest> named_datasets;
  ScheduleOptions schedule;
  CacheFlush flush = CacheFlush::kWherePossible;
  Nanos cool_down_least{std::chrono::seconds(1)};  // between two runs
  Nanos cool_down_most{std::chrono::seconds(60)};  // until the servers run nothing
  bool resumed = false;                            // its first run cools down, too
  std::function<std::string()> new_run_id;         // another one each time
};

}  // namespace specctl::controller
