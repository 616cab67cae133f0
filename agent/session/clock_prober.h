// ClockProber: four-timestamp probes of the controller's clock, from a thread of their own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "common/base/clock.h"
#include "common/session/clock_messages.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl::agent {

// A burst of kBurst exchanges at once, every kInterval, and when it is asked for.  Each exchange is
// told to the controller by the call after it; one that fails is left out.  Sleeps in between, and
// waits for the controller on its own thread only.
class ClockProber {
 public:
  static constexpr int kBurst = 16;
  static constexpr Nanos kInterval = std::chrono::seconds(10);

  // `stub` outlives the prober.
  ClockProber(v1::AgentSession::Stub& stub, uint64_t incarnation);
  ~ClockProber();
  ClockProber(const ClockProber&) = delete;

  // Any thread; does not wait.
  void BurstNow();

 private:
  void Run();
  void Burst();
  std::optional<ClockExchange> Probe(const std::optional<ClockExchange>& previous);
  bool stopping();

  v1::AgentSession::Stub& stub_;
  const uint64_t incarnation_;
  std::mutex mu_;
  std::condition_variable wake_;
  bool stopping_ = false;   // guarded by mu_
  bool burst_now_ = false;  // the same
  std::thread thread_;
};

}  // namespace specctl::agent
