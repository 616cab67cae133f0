// FakeController: the controller's side of the session, as a test's script plays it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "common/base/mutex.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl::fakes {

using ControllerStream = grpc::ServerReaderWriter<v1::ControllerMessage, v1::AgentMessage>;

// Plays the k-th session by the k-th script, further ones by the last.  A script runs on a thread
// of gRPC's, reads and writes as it likes, and returns the call's status.
class FakeController final : public v1::AgentSession::Service {
 public:
  using Script = std::function<grpc::Status(ControllerStream&)>;

  explicit FakeController(std::vector<Script> scripts);
  ~FakeController() override;

  const std::string& address() const { return address_; }
  // Whole exchanges that agents have told.
  std::vector<v1::ClockExchange> exchanges();

 private:
  grpc::Status Session(grpc::ServerContext*, ControllerStream* stream) override;
  grpc::Status ProbeClock(grpc::ServerContext*, const v1::ClockProbeRequest* request,
                          v1::ClockProbeReply* reply) override;

  const std::vector<Script> scripts_;
  Mutex mu_;
  size_t sessions_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<v1::ClockExchange> exchanges_ ABSL_GUARDED_BY(mu_);
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

// Reads messages until one that is no heartbeat; an empty one where the agent is gone, or has
// nothing but heartbeats to say for a minute.
v1::AgentMessage ReadMessage(ControllerStream& stream);
void WriteMessage(ControllerStream& stream, const v1::ControllerMessage& message);

}  // namespace specctl::fakes
