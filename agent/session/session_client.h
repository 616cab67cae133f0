// SessionClient: SessionMachine over gRPC, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <absl/status/status.h>
#include <grpcpp/grpcpp.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/session/clock_prober.h"
#include "agent/session/cpu_pressure.h"
#include "agent/session/session_machine.h"
#include "agent/session/session_stream.h"
#include "common/base/task.h"

namespace specctl::agent {

// All members are called on the thread that runs `io`; handlers are called there too and only hand
// values on.  What the load's reactor does never waits for any of this.
class SessionClient {
 public:
  struct Handlers {
    std::function<void(LoadJob)> on_job;
    std::function<void(ArmAgent)> on_arm;
    std::function<void(DrainAgent)> on_drain;
    std::function<void(std::string run_id)> on_release;
    // The controller is not reached, for the first time in this outage; it is tried again.
    std::function<void(std::string why)> on_outage;
    std::function<void(SessionStatus)> on_status;  // it has changed; may be empty
    std::function<void(absl::Status)> on_end;      // as EndSession
  };

  // Dials options.controller_address, host:port.
  SessionClient(boost::asio::io_context& io, SessionMachine::Options options,
                std::shared_ptr<grpc::ChannelCredentials> credentials, Handlers handlers);
  ~SessionClient();

  void Start();
  // As SessionMachine's.
  void OnPrepared(const std::string& run_id, std::string error);
  void OnArmed(const std::string& run_id, Nanos late);
  void OnBatch(AgentBatch batch);
  void OnDone(const std::string& run_id, bool stopped);
  void Leave(absl::Status why);
  // Ends the session, whatever its state; on_end is not called any more.
  void Stop();

 private:
  void Obey();
  void Do(DialController&);
  void Do(WriteMessage& write);
  void Do(CancelCall&);
  void Do(GiveJob& give);
  void Do(GiveArm& give) { handlers_.on_arm(std::move(give.order)); }
  void Do(GiveDrain& give) { handlers_.on_drain(std::move(give.order)); }
  void Do(GiveRelease& give) { handlers_.on_release(std::move(give.run_id)); }
  void Do(ProbeClock&);
  void Do(ReportOutage& outage) { handlers_.on_outage(std::move(outage.why)); }
  void Do(EndSession& end);

  void OnWireMessage(v1::ControllerMessage message);
  void OnWritten();
  void OnReadEnd();
  void OnCallEnd(const grpc::Status& status);
  void FinishWhenIdle();
  void ArrangeTimer();

  boost::asio::io_context& io_;
  const Handlers handlers_;
  const uint64_t incarnation_;
  SessionMachine machine_;
  SessionStatus status_;  // as it was told last
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::AgentSession::Stub> stub_;
  std::unique_ptr<SessionStream> stream_;
  // Keeps `io` running until the call has ended.
  std::optional<boost::asio::executor_work_guard<Executor>> call_;
  bool writing_ = false, reads_ended_ = false, finished_ = false;  // of this call
  std::unique_ptr<ClockProber> prober_;
  std::optional<CpuPressure> pressure_;  // of the run in hand
  bool stopped_ = false;
  Timer timer_;
};

}  // namespace specctl::agent
