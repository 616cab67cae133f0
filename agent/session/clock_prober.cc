#include "agent/session/clock_prober.h"

#include <grpcpp/grpcpp.h>

namespace specctl::agent {
namespace {

constexpr auto kCallMax = std::chrono::seconds(1);

}  // namespace

ClockProber::ClockProber(v1::AgentSession::Stub& stub, uint32_t agent)
    : stub_(stub), agent_(agent), thread_([this] { Run(); }) {}

ClockProber::~ClockProber() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ClockProber::Run() {
  MonoTime due = MonoNow();
  while (!stopping()) {
    Burst();
    due += kInterval;
    std::unique_lock lock(mu_);
    wake_.wait_until(lock, due, [this] { return stopping_; });
  }
}

// One call more than exchanges: the last one only tells the one before it.
void ClockProber::Burst() {
  v1::ClockExchange previous;
  for (int i = 0; i <= kBurst && !stopping(); ++i) {
    if (!Probe(previous)) return;
  }
}

bool ClockProber::Probe(v1::ClockExchange& previous) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallMax);
  v1::ClockProbeRequest request;
  v1::ClockProbeReply reply;
  request.set_agent(agent_);
  if (previous.agent_receive_mono_ns() != 0) *request.mutable_previous() = previous;
  const int64_t sent_ns = MonoNs(MonoNow());
  request.set_agent_send_mono_ns(sent_ns);
  const grpc::Status status = stub_.ProbeClock(&context, request, &reply);
  const int64_t received_ns = MonoNs(MonoNow());
  if (!status.ok()) return false;
  previous.set_agent_send_mono_ns(sent_ns);
  previous.set_controller_receive_mono_ns(reply.controller_receive_mono_ns());
  previous.set_controller_send_mono_ns(reply.controller_send_mono_ns());
  previous.set_agent_receive_mono_ns(received_ns);
  return true;
}

bool ClockProber::stopping() {
  std::lock_guard lock(mu_);
  return stopping_;
}

}  // namespace specctl::agent
