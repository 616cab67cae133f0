#include "common/session/clock_messages.h"

#include "specctl/v1/session.pb.h"

namespace specctl {

v1::ClockProbeRequest EncodeClockProbe(const ClockProbe& probe) {
  v1::ClockProbeRequest out;
  out.set_incarnation(probe.incarnation);
  out.set_agent_send_mono_ns(probe.agent_send_mono_ns);
  // The first probe of a session has none.
  if (!probe.previous) return out;
  v1::ClockExchange* previous = out.mutable_previous();
  previous->set_agent_send_mono_ns(probe.previous->agent_send_mono_ns);
  previous->set_controller_receive_mono_ns(probe.previous->controller_receive_mono_ns);
  previous->set_controller_send_mono_ns(probe.previous->controller_send_mono_ns);
  previous->set_agent_receive_mono_ns(probe.previous->agent_receive_mono_ns);
  return out;
}

ClockProbe DecodeClockProbe(const v1::ClockProbeRequest& request) {
  ClockProbe probe{.incarnation = request.incarnation(),
                   .agent_send_mono_ns = request.agent_send_mono_ns(),
                   .previous = std::nullopt};
  if (!request.has_previous()) return probe;
  const v1::ClockExchange& previous = request.previous();
  probe.previous =
      ClockExchange{.agent_send_mono_ns = previous.agent_send_mono_ns(),
                    .controller_receive_mono_ns = previous.controller_receive_mono_ns(),
                    .controller_send_mono_ns = previous.controller_send_mono_ns(),
                    .agent_receive_mono_ns = previous.agent_receive_mono_ns()};
  return probe;
}

void EncodeClockReply(const ClockReply& reply, v1::ClockProbeReply& out) {
  out.set_controller_receive_mono_ns(reply.controller_receive_mono_ns);
  out.set_controller_send_mono_ns(reply.controller_send_mono_ns);
}

ClockReply DecodeClockReply(const v1::ClockProbeReply& reply) {
  return {.controller_receive_mono_ns = reply.controller_receive_mono_ns(),
          .controller_send_mono_ns = reply.controller_send_mono_ns()};
}

}  // namespace specctl
