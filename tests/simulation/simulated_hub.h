// SimulatedHub: SessionHub and SessionReactor over the simulated network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "controller/session/session_input.h"
#include "tests/simulation/simulated_network.h"

namespace specctl::simulation {

// As they: a message of a session is read, handed on, and the next only once it is consumed; acks
// replace each other; a session that lets too much wait is cut.  Every message is encoded and
// decoded as on the wire.
class SimulatedHub {
 public:
  using Sink = std::function<void(controller::SessionInput)>;

  SimulatedHub(EventQueue& queue, SimulatedNetwork& network, Sink sink);

  void Consumed(controller::SessionId session);
  void Send(controller::SessionId session, controller::SessionOutput output);
  void Close(controller::SessionId session, const absl::Status& status);
  // Refuses further sessions; what has not ended after `patience` is ended.
  void Shutdown(Nanos patience);
  size_t sessions() const { return sessions_.size(); }

 private:
  static constexpr size_t kOutboundMax = 64;

  struct Session {
    CallPtr call;
    bool greeted = false, writing = false, finished = false;
    std::deque<controller::SessionOutput> queue;
    std::optional<absl::Status> finish;
  };

  void OnCall(const CallPtr& call);
  void OnMessage(controller::SessionId id, std::string bytes);
  absl::StatusOr<controller::SessionEvent> Read(Session& session, const std::string& bytes);
  void OnEnd(controller::SessionId id);
  void Abort(Session& session, const absl::Status& status);
  void WriteNext(Session& session);
  void FinishWhenIdle(Session& session);

  EventQueue& queue_;
  SimulatedNetwork& network_;
  const Sink sink_;
  std::map<controller::SessionId, Session> sessions_;
  controller::SessionId last_id_ = 0;
};

}  // namespace specctl::simulation
