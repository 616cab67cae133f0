#include "tests/simulation/simulated_hub.h"

#include <utility>
#include <variant>

#include "specctl/v1/session.pb.h"

namespace specctl::simulation {

using controller::IsAck;
using controller::SessionCut;
using controller::SessionEvent;
using controller::SessionId;
using controller::SessionOutput;

namespace {

struct ToEvent {
  SessionEvent operator()(SentBatch) const { return ReceivedBatch{}; }  // read before
  template <typename T>
  SessionEvent operator()(T message) const {
    return message;
  }
};

}  // namespace

SimulatedHub::SimulatedHub(EventQueue& queue, SimulatedNetwork& network, Sink sink)
    : queue_(queue), network_(network), sink_(std::move(sink)) {
  network_.on_call = [this](const CallPtr& call) { OnCall(call); };
}

void SimulatedHub::OnCall(const CallPtr& call) {
  const SessionId id = ++last_id_;
  Session& session = sessions_[id];
  session.call = call;
  call->controller = {.on_message = [this, id](std::string bytes) { OnMessage(id, bytes); },
                      .on_written =
                          [this, id] {
                            Session& of = sessions_.at(id);
                            of.writing = false;
                            WriteNext(of);
                            FinishWhenIdle(of);
                          },
                      .on_agent_end = [this, id] { OnEnd(id); }};
  network_.ReadUp(call);
}

void SimulatedHub::OnMessage(SessionId id, std::string bytes) {
  Session& session = sessions_.at(id);
  absl::StatusOr<SessionEvent> event = Read(session, bytes);
  if (!event.ok()) return Abort(session, event.status());
  sink_({.session = id, .event = *std::move(event)});
}

absl::StatusOr<SessionEvent> SimulatedHub::Read(Session& session, const std::string& bytes) {
  v1::AgentMessage wire;
  if (!wire.ParseFromString(bytes)) return absl::InternalError("session: not a message");
  auto message = DecodeAgentMessage(std::move(wire));
  if (!message.ok()) return message.status();
  const auto* hello = std::get_if<AgentHello>(&*message);
  if ((hello != nullptr) == session.greeted) {
    return absl::InvalidArgumentError("session: need exactly one Hello, as the first message");
  }
  session.greeted = true;
  if (auto* batch = std::get_if<SentBatch>(&*message)) {
    auto received = DecodeBatch(std::move(batch->bytes));
    if (!received.ok()) return received.status();
    return *std::move(received);
  }
  return std::visit(ToEvent{}, *std::move(message));
}

void SimulatedHub::OnEnd(SessionId id) {
  sessions_.erase(id);
  sink_({.session = id, .event = SessionCut{.reason = "session: cut"}});
}

void SimulatedHub::Consumed(SessionId session) {
  const auto found = sessions_.find(session);
  if (found != sessions_.end() && !found->second.finish) network_.ReadUp(found->second.call);
}

void SimulatedHub::Send(SessionId id, SessionOutput output) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.finish) return;
  Session& session = found->second;
  const bool full = session.queue.size() >= kOutboundMax;
  if (IsAck(output) && !session.queue.empty() && IsAck(session.queue.back())) {
    session.queue.pop_back();
  }
  session.queue.push_back(std::move(output));
  if (full) return Abort(session, absl::ResourceExhaustedError("session: too much waits"));
  WriteNext(session);
}

void SimulatedHub::WriteNext(Session& session) {
  if (session.writing || session.finished || session.queue.empty()) return;
  SessionOutput& next = session.queue.front();
  v1::ControllerMessage wire;
  if (auto* parts = std::get_if<PrepareParts>(&next)) {
    wire = EncodeControllerMessage(ControllerMessage(parts->Next()));
    if (parts->done()) session.queue.pop_front();
  } else {
    wire = EncodeControllerMessage(std::get<ControllerMessage>(next));
    session.queue.pop_front();
  }
  session.writing = true;
  network_.WriteDown(session.call, wire.SerializeAsString());
}

void SimulatedHub::Close(SessionId id, const absl::Status& status) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  if (!found->second.finish) found->second.finish = status;
  FinishWhenIdle(found->second);
}

void SimulatedHub::Abort(Session& session, const absl::Status& status) {
  if (!session.finish) session.finish = status;
  session.queue.clear();
  session.writing = false;  // a write that the agent doesn't take is cancelled
  FinishWhenIdle(session);
}

void SimulatedHub::FinishWhenIdle(Session& session) {
  if (!session.finish || session.finished || session.writing || !session.queue.empty()) return;
  session.finished = true;
  network_.Finish(session.call, *session.finish);
}

void SimulatedHub::Shutdown(Nanos patience) {
  network_.listening = false;
  queue_.After(patience, [this] {
    for (auto& [id, session] : sessions_) {
      Abort(session, absl::UnavailableError("controller: it has ended"));
    }
  });
}

}  // namespace specctl::simulation
