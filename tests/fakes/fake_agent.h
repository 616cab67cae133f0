// An agent as far as the controller can tell: a real gRPC client that speaks the session, one step
// at a time, and sends what the test tells it to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "common/journal/event.h"
#include "common/journal/protocol_version.h"
#include "common/session/agent_messages.h"
#include "common/session/clock_messages.h"
#include "common/session/controller_messages.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl::fakes {

// Blocks; each call is bounded by the session's deadline.  One thread.
class FakeAgent {
 public:
  struct Options {
    std::string address;
    std::string join_token;
    uint64_t incarnation = 1;
    std::optional<uint32_t> spawn_number;
    uint32_t protocol_version = kSessionProtocolVersion;
    std::string specctl_version = "0.1.0";  // what the tests' controllers say that they are
    std::chrono::seconds session_max{30};   // a deadline
    std::string resume_secret;  // of a Welcome that another FakeAgent of this process had
  };

  explicit FakeAgent(Options options);

  // Dials and sends Hello.  A session that was there is cut first.
  void Dial();
  // The next message; nullopt where the session has ended.
  std::optional<ControllerMessage> Read();
  // The next message of one kind; those before it are passed over.  nullopt: it never came.
  template <typename T>
  std::optional<T> Await() {
    while (auto message = Read()) {
      if (auto* is = std::get_if<T>(&*message)) return std::move(*is);
    }
    return std::nullopt;
  }
  bool Send(AgentMessage message);

  // Hello, Welcome, the whole slice, Prepared.  False where the session ended before.
  bool JoinAndPrepare() { return Join() && Prepare(); }
  // Hello, Welcome.
  bool Join();
  // The whole slice, which comes once all agents of the run have joined; Prepared.
  bool Prepare();
  // Arm, Armed.
  bool AwaitArm();
  bool SendBatch(const AgentBatch& batch);
  bool SendHeartbeat();
  // Waits until `seq` is on disk.
  bool AwaitAck(uint64_t seq);
  // Done with what was sent last, Release.
  bool Finish();

  // The same of a run that a FakeAgent of this process was prepared for before.
  bool FinishRun(const std::string& run_id, uint64_t last_seq) {
    run_id_ = run_id;
    last_seq_ = last_seq;
    return Finish();
  }

  // Breaks the connection off.
  void Cut();
  // How the controller ended the session.
  grpc::Status EndStatus();

  // One clock probe; `previous` of the one before, as real agents send it.
  ClockReply ProbeClock(const ClockProbe& probe);

  // An empty batch of this agent, of the run that it was prepared for.
  AgentBatch Batch(uint64_t seq) const;

  uint32_t agent() const { return agent_; }
  // The job's head and its entries, in parts as they came.
  const std::vector<PreparePart>& parts() const { return parts_; }
  const ArmAgent& arm() const { return arm_; }
  const std::string& resume_secret() const { return resume_secret_; }

 private:
  const Options options_;
  uint32_t agent_ = 0;
  std::string resume_secret_;  // of the last Welcome that was read
  std::string run_id_;
  uint64_t last_seq_ = 0;  // sent
  std::vector<PreparePart> parts_;
  ArmAgent arm_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AgentSession::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AgentMessage, v1::ControllerMessage>> stream_;
};

// A request of `batch`'s agent that began and ended in it.
void AddRequest(AgentBatch& batch, uint64_t ordinal, uint64_t position, Outcome outcome);

}  // namespace specctl::fakes
