// How many files may be open, and what to do where a run needs more.
#pragma once

#include <cstdint>

#include <absl/status/status.h>

#include "common/workload/run_spec.h"

namespace specctl::cli {

// What an agent opens besides its streams: reactor, session, resolver, log, spool.
inline constexpr uint64_t kAgentFiles = 64;

// Raises this process's limit of open files as far as it may (RLIMIT_NOFILE, soft to hard), for
// itself and the processes it starts, and returns it.
uint64_t RaiseFileLimit();

// Streams that one agent, and what it is tried against, can hold under the limit; 0: none.
uint64_t StreamsThatFit(uint64_t files_max);

// RESOURCE_EXHAUSTED, naming --bs, where an agent's share of the slots, or the controller's
// connections to its agents, need more files than `files_max`.  The text names what helps, and each
// of it does: more agents, where they would fit, and the limit to set.
absl::Status CheckFileLimit(const LoadSpec& load, uint64_t files_max);

}  // namespace specctl::cli
