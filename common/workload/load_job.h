// LoadJob: all that an agent must know to apply its share of a run's load.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/workload/run_spec.h"
#include "common/workload/slice.h"

namespace specctl {

// What an agent must know of a target.
struct TargetJob {
  std::string url;            // scheme://host:port[/prefix], without /v1
  std::string dialect;        // how requests are put to it: an encoded RequestDialect
  std::string model;          // what requests whose conversation names none ask for
  std::string authorization;  // value of the header, a secret; empty: none is sent
};

// Files that an agent opens besides its connections to targets: reactor, session, resolver, log,
// spool.
inline constexpr uint64_t kAgentFiles = 64;

struct LoadJob {
  RunSpec spec;
  // Sent with each request; secrets among them.
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<TargetJob> targets;
  Slice slice;
};

}  // namespace specctl
