// SessionClient: this agent's side of the session, on a thread of its own.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <absl/status/status.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/session/batch_store.h"
#include "agent/session/clock_prober.h"
#include "agent/session/cpu_pressure.h"
#include "agent/session/prepare_intake.h"
#include "agent/session/session_stream.h"
#include "common/base/task.h"
#include "common/journal/event.h"

namespace specctl::agent {

struct ArmOrder {
  std::optional<int64_t> t0_agent_mono_ns;  // this host's clock, where it is the controller's host
  int64_t t0_unix_ns = 0;
};

struct DrainOrder {
  UnassignedReason reason = UnassignedReason::kInterrupted;
  Nanos grace{0};
};

// Dials, says Hello, delivers batches until they are acknowledged and dials again when the session
// breaks.  All members are called on the thread that runs `io`; handlers are called there too and
// only hand values on.  What the load's reactor does never waits for any of this.
class SessionClient {
 public:
  struct Options {
    std::string controller_address;  // host:port
    std::string join_token;
    std::optional<uint32_t> agent;
    uint64_t incarnation = 0;
    HostFacts host;
    std::string specctl_version;
    BatchStore::Options store;
    Nanos redial_first = std::chrono::milliseconds(100);
    Nanos redial_max = std::chrono::seconds(2);
    // Without a session for this long the agent gives up.
    Nanos outage_max = std::chrono::minutes(10);
  };
  struct Handlers {
    std::function<void(absl::StatusOr<LoadJob>)> on_prepare;
    std::function<void(ArmOrder)> on_arm;
    std::function<void(DrainOrder)> on_drain;
    // The controller is not reached, for the first time in this outage; it is tried again.
    std::function<void(std::string why)> on_outage;
    // OK: released.  Else why the session can't go on, with the controller's own words:
    // FAILED_PRECONDITION (e.g. versions), PERMISSION_DENIED (join token), UNAVAILABLE (outage),
    // DATA_LOSS (one side said what the other's version doesn't know).
    std::function<void(absl::Status)> on_end;
  };

  SessionClient(boost::asio::io_context& io, Options options, Handlers handlers);
  ~SessionClient();

  void Start();
  // The answers to Prepare and Arm; `error` empty: ready.  Repeated after a broken session.
  void SendPrepared(std::string error);
  void SendArmed(std::string error);
  void AddBatch(AgentBatch batch);
  // No batch follows: once all are acknowledged, Done is sent.  `stopped`: a signal ended the work
  // early.
  void SendDone(bool stopped);
  // Ends the session as if it had failed by `why`: on_end is called.  What is not acknowledged is
  // lost.
  void Leave(absl::Status why) { End(std::move(why)); }
  // Ends the session, whatever its state; on_end is not called any more.
  void Stop();

 private:
  void Dial();
  void RedialLater();
  void OnMessage(v1::ControllerMessage message);
  void OnWelcome(const v1::Welcome& welcome);
  void OnPrepare(v1::Prepare part);
  void OnDrain(const v1::Drain& drain);
  void OnReadEnd();
  void OnCallEnd(const grpc::Status& status);
  void OnHeartbeat();
  void Queue(v1::AgentMessage message);
  void WriteNext();
  std::optional<v1::AgentMessage> NextMessage();
  void End(absl::Status status);

  boost::asio::io_context& io_;
  const Options options_;
  const Handlers handlers_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::AgentSession::Stub> stub_;
  std::unique_ptr<SessionStream> stream_;
  // Keeps `io` running until the call has ended.
  std::optional<boost::asio::executor_work_guard<Executor>> call_;
  std::unique_ptr<ClockProber> prober_;
  BatchStore store_;
  CpuPressure pressure_;
  PrepareIntake prepare_;
  std::optional<uint32_t> agent_;
  std::deque<v1::AgentMessage> queue_;           // a few: answers and the last heartbeat
  std::optional<std::string> prepared_, armed_;  // what was answered
  bool prepare_taken_ = false;
  bool welcomed_ = false;                                          // in this call
  bool writing_ = false, reads_ended_ = false, finished_ = false;  // of this call
  bool done_ = false, stopped_ = false, done_sent_ = false;
  bool ended_ = false;
  uint64_t last_sent_seq_ = 0;  // in this call
  Nanos heartbeat_ = std::chrono::seconds(1);
  Nanos redial_in_;
  std::optional<MonoTime> outage_since_;
  Timer redial_timer_, heartbeat_timer_;
};

}  // namespace specctl::agent
