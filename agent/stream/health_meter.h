// HealthMeter: how well this agent kept up, second by second.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "common/stats/lag_histogram.h"

namespace specctl::agent {

// Adding is a few ns.  Not thread-safe.
class HealthMeter {
 public:
  HealthMeter();

  // `lag`: from the kernel's stamp to the read, beyond the time that the read was put off on
  // purpose; of a read without a stamp it is not known.
  void OnRead(Nanos lag, bool stamped);
  // What ended in one read.
  struct ReadChunks {
    uint64_t token_bearing = 0;
    uint64_t steps = 0;  // that they are of: an engine may send a step in several chunks
    // No part of a next one came behind the last one, and the read has a stamp: what the stamp may
    // be of instead, the response's end, is not this process's doing.
    bool last_dated = false;
  };
  // `bound`: how far the arrivals of the others are unknown by this process's doing.
  void OnChunks(const ReadChunks& read, Nanos bound);
  // From the time a request could be sent to its first byte in the kernel, connecting left out.
  void OnSend(Nanos lag) {
    send_lag_.AddLag(lag);
    ++requests_sent_;
  }
  // How late a timer of the loop's fired.
  void OnLoopLag(Nanos lag) { loop_lag_.AddLag(lag); }
  // As the wall clock has been stepped since the beginning.
  void SetWallClockSteps(uint64_t steps) { wall_clock_steps_ = steps; }

  // Reads with token-bearing chunks that are not dated, since the beginning: several in a read, or
  // one with a part of the next behind it.
  uint64_t inexact_reads() const { return inexact_reads_; }
  uint64_t requests_sent() const { return requests_sent_; }  // since the beginning

  // The record of the time since the last one, or since construction.
  AgentHealth TakeHealth(MonoTime now, uint32_t in_flight);

 private:
  // Chunks of one read, of several steps, that came while they were waited for came together, if
  // not more than this is unknown by our doing.
  static constexpr Nanos kBurstBoundMax = std::chrono::milliseconds(1);

  AgentHealth second_;
  LagHistogram receive_lag_, send_lag_, loop_lag_, arrival_bound_;
  uint64_t inexact_reads_ = 0, requests_sent_ = 0;
  uint64_t wall_clock_steps_ = 0, wall_clock_steps_told_ = 0;
  MonoTime taken_{};
  uint64_t cpu_user_ns_ = 0, cpu_system_ns_ = 0;  // of the process, when last read
};

}  // namespace specctl::agent
