#include "agent/session/clock_prober.h"

#include <grpcpp/grpcpp.h>

namespace specctl::agent {
namespace {

// Slower ones tell nothing: of a burst the fastest exchange counts.
constexpr auto kCallMax = std::chrono::seconds(1);

}  // namespace

ClockProber::ClockProber(v1::AgentSession::Stub& stub, uint64_t incarnation)
    : stub_(stub), incarnation_(incarnation), thread_([this] { Run(); }) {}

ClockProber::~ClockProber() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ClockProber::BurstNow() {
  {
    std::lock_guard lock(mu_);
    burst_now_ = true;
  }
  wake_.notify_all();
}

void ClockProber::Run() {
  MonoTime due = MonoNow();
  while (!stopping()) {
    Burst();
    // By absolute times: a slow burst does not shift those after it.
    while (due <= MonoNow()) due += kInterval;
    std::unique_lock lock(mu_);
    // Until the next burst, or at once where one is wanted.
    wake_.wait_until(lock, due, [this] { return stopping_ || burst_now_; });
    burst_now_ = false;
  }
}

// One call more than exchanges: the last one only tells the one before it.
void ClockProber::Burst() {
  std::optional<ClockExchange> previous;
  for (int i = 0; i <= kBurst && !stopping(); ++i) {
    previous = Probe(previous);
    // The controller is away; the next burst will see whether it is back.
    if (!previous) return;
  }
}

std::optional<ClockExchange> ClockProber::Probe(const std::optional<ClockExchange>& previous) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallMax);
  ClockExchange exchange;
  const v1::ClockProbeRequest request = EncodeClockProbe(ClockProbe{
      .incarnation = incarnation_, .agent_send_mono_ns = MonoNs(MonoNow()), .previous = previous});
  v1::ClockProbeReply answer;
  // Read again, as close to the call as can be: the request was encoded meanwhile.
  exchange.agent_send_mono_ns = MonoNs(MonoNow());
  const grpc::Status status = stub_.ProbeClock(&context, request, &answer);
  exchange.agent_receive_mono_ns = MonoNs(MonoNow());
  if (!status.ok()) return std::nullopt;
  const ClockReply reply = DecodeClockReply(answer);
  exchange.controller_receive_mono_ns = reply.controller_receive_mono_ns;
  exchange.controller_send_mono_ns = reply.controller_send_mono_ns;
  return exchange;
}

bool ClockProber::stopping() {
  std::lock_guard lock(mu_);
  return stopping_;
}

}  // namespace specctl::agent
