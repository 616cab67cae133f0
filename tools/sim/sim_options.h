// SimOptions: what `specctl sim` was asked to be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "tools/sim/acceptance_model.h"
#include "tools/sim/batch_model.h"
#include "tools/sim/faults.h"
#include "tools/sim/flavour_options.h"
#include "tools/sim/pace_schedule.h"
#include "tools/sim/reply.h"

namespace specctl::sim {

// Fixed pace instead of the batch model.
struct PaceOptions {
  PaceSchedule::Options schedule;
  std::vector<uint32_t> tokens = {1};  // of a reply's chunks, over and over; the first chunk has 1
};

struct SimOptions {
  std::string host = "127.0.0.1";  // an address
  uint16_t port = 8000;            // 0: the kernel chooses; replicas take the ports that follow
  uint32_t replicas = 1;
  std::string port_file;  // URLs are written here, one a line; empty: none
  uint64_t seed = 0;
  FlavourOptions flavour;

  BatchOptions batch;
  AcceptanceModel acceptance{3};
  double eos_mean_tokens = 1000;  // 0: replies never end by themselves
  ReplyOptions reply;
  std::string send_log;  // empty: none

  std::vector<Fault> faults;
  std::optional<Nanos> die_after;     // from the first inference request; the first replica
  std::optional<Nanos> silent_after;  // likewise
  uint32_t burst_chunks = 1;          // token-bearing events sent at once
  double slow_bytes_per_s = 2'000;    // under the fault "slow"

  std::optional<PaceOptions> pace;
};

}  // namespace specctl::sim
