// HealthMeter: how well this agent kept up, second by second.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "common/stats/log_linear_sketch.h"

namespace specctl::agent {

// Adding is a few ns.  Not thread-safe.
class HealthMeter {
 public:
  HealthMeter();

  // `lag`: from the kernel's stamp to the read, beyond the time that the read was put off on
  // purpose; of a read without a stamp it is not known.
  void OnRead(Nanos lag, bool stamped);
  // `token_bearing` chunks ended in one read.
  void OnChunks(uint64_t token_bearing);
  // From the time a request could be sent to its first byte in the kernel, connecting left out.
  void OnSend(Nanos lag) { send_lag_.Add(lag); }
  void OnLoopLag(Nanos lag);

  // The record of the time since the last one, or since construction.
  AgentHealth Take(MonoTime now, uint32_t in_flight);

 private:
  AgentHealth second_;
  LogLinearSketch receive_lag_, send_lag_;
  uint64_t cpu_user_ns_ = 0, cpu_system_ns_ = 0;  // of the process, when last read
};

}  // namespace specctl::agent
