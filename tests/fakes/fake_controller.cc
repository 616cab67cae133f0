#include "tests/fakes/fake_controller.h"

#include <algorithm>
#include <utility>

#include "common/base/clock.h"

namespace specctl::fakes {
namespace {

constexpr int kHeartbeatsMax = 60;  // one a second

}  // namespace

FakeController::FakeController(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeController::~FakeController() { server_->Shutdown(std::chrono::system_clock::now()); }

std::vector<v1::ClockExchange> FakeController::exchanges() {
  MutexLock lock(mu_);
  return exchanges_;
}

grpc::Status FakeController::Session(grpc::ServerContext*, ControllerStream* stream) {
  size_t script = 0;
  {
    MutexLock lock(mu_);
    script = std::min(sessions_++, scripts_.size() - 1);
  }
  return scripts_[script](*stream);
}

grpc::Status FakeController::ProbeClock(grpc::ServerContext*, const v1::ClockProbeRequest* request,
                                        v1::ClockProbeReply* reply) {
  const int64_t now_ns = MonoNow().time_since_epoch().count();
  reply->set_controller_receive_mono_ns(now_ns);
  reply->set_controller_send_mono_ns(now_ns);
  if (request->has_previous()) {
    MutexLock lock(mu_);
    exchanges_.push_back(request->previous());
  }
  return grpc::Status::OK;
}

v1::AgentMessage ReadMessage(ControllerStream& stream) {
  v1::AgentMessage message;
  for (int heartbeats = 0; heartbeats < kHeartbeatsMax && stream.Read(&message); ++heartbeats) {
    if (!message.has_heartbeat()) return message;
  }
  return v1::AgentMessage();
}

void WriteMessage(ControllerStream& stream, const v1::ControllerMessage& message) {
  stream.Write(message);
}

}  // namespace specctl::fakes
