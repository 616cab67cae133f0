// An agent as far as the controller can tell: a real gRPC client that speaks the session, one step
// at a time, and sends what the test tells it to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "common/journal/event.h"
#include "common/journal/protocol_version.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl::fakes {

// Blocks; each call is bounded by the session's deadline of 30 s.  One thread.
class FakeAgent {
 public:
  struct Options {
    std::string address;
    std::string join_token;
    uint64_t incarnation = 1;
    std::optional<uint32_t> agent;
    uint32_t protocol_version = kSessionProtocolVersion;
  };

  explicit FakeAgent(Options options);

  // Dials and sends Hello.  A session that was there is cut first.
  void Dial();
  // The next message; nullopt where the session has ended.
  std::optional<v1::ControllerMessage> Read();
  // The next message of one kind; those before it are passed over.  nullopt: it never came.
  std::optional<v1::ControllerMessage> Await(v1::ControllerMessage::MessageCase kind);
  bool Send(const v1::AgentMessage& message);

  // Hello, Welcome, the whole slice, Prepared.  False where the session ended before.
  bool JoinAndPrepare();
  // Arm, Armed.
  bool AwaitArm();
  bool SendBatch(const AgentBatch& batch);
  bool SendHeartbeat();
  // Waits until `seq` is on disk.
  bool AwaitAck(uint64_t seq);
  // Done, Release.
  bool Finish();

  // Breaks the connection off.
  void Cut();
  // How the controller ended the session.
  grpc::Status EndStatus();

  // One clock probe; `previous` of the one before, as real agents send it.
  v1::ClockProbeReply ProbeClock(const v1::ClockProbeRequest& request);

  // An empty batch of this agent.
  AgentBatch Batch(uint64_t seq) const;

  uint32_t agent() const { return agent_; }
  const std::vector<v1::Prepare>& slice_parts() const { return slice_parts_; }
  const v1::Arm& arm() const { return arm_; }

 private:
  const Options options_;
  uint32_t agent_ = 0;
  std::vector<v1::Prepare> slice_parts_;
  v1::Arm arm_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AgentSession::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AgentMessage, v1::ControllerMessage>> stream_;
};

// A request of `batch`'s agent that began and ended in it.
void AddRequest(AgentBatch& batch, uint64_t ordinal, uint64_t position, Outcome outcome);

}  // namespace specctl::fakes
