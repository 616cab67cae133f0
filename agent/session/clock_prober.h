// ClockProber: four-timestamp probes of the controller's clock, from a thread of their own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/base/clock.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl::agent {

// A burst of kBurst exchanges at once and every kInterval.  Each exchange is told to the controller
// by the call after it; one that fails is left out.  Sleeps in between, and waits for the
// controller on its own thread only.
class ClockProber {
 public:
  static constexpr int kBurst = 16;
  static constexpr Nanos kInterval = std::chrono::seconds(10);

  // `stub` outlives the prober.
  ClockProber(v1::AgentSession::Stub& stub, uint32_t agent);
  ~ClockProber();
  ClockProber(const ClockProber&) = delete;

 private:
  void Run();
  void Burst();
  bool Probe(v1::ClockExchange& previous);
  bool stopping();

  v1::AgentSession::Stub& stub_;
  const uint32_t agent_;
  std::mutex mu_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mu_
  std::thread thread_;
};

}  // namespace specctl::agent
