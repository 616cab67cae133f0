#include "controller/run/agent_records.h"

#include <optional>

namespace specctl::controller {

AgentJoined JoinedOf(uint32_t agent, const AgentUp& up, uint32_t slots) {
  return {.agent = agent,
          .incarnation = up.incarnation,
          .host = up.host,
          .slots = slots,
          .resume_secret_sha256 = up.resume_secret_sha256};
}

ClockProbed ProbedOf(uint32_t agent, const ClockExchange& exchange) {
  return {.agent = agent,
          .controller_send_mono_ns = exchange.controller_send_mono_ns,
          .agent_receive_mono_ns = exchange.agent_receive_mono_ns,
          .agent_send_mono_ns = exchange.agent_send_mono_ns,
          .controller_receive_mono_ns = exchange.controller_receive_mono_ns};
}

ArmAgent ArmOrder(const std::string& run_id, const Armed& armed, const std::string& agent_boot_id) {
  ArmAgent arm{.run_id = run_id,
               .t0_mono_ns = armed.t0_mono_ns,
               .t0_agent_mono_ns = std::nullopt,
               .t0_unix_ns = armed.t0_unix_ns};
  // One boot, one monotonic clock: no wall clock need be trusted.
  const bool same_clock = !armed.boot_id.empty() && agent_boot_id == armed.boot_id;
  if (same_clock) arm.t0_agent_mono_ns = armed.t0_mono_ns;
  return arm;
}

}  // namespace specctl::controller
