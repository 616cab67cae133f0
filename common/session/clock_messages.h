// The four-timestamp clock probe's messages, each encoded and decoded in one place.
#pragma once

#include <cstdint>
#include <optional>

namespace specctl {
namespace v1 {
class ClockProbeReply;
class ClockProbeRequest;
}  // namespace v1

// One whole exchange: what a probe found.
struct ClockExchange {
  int64_t agent_send_mono_ns = 0, controller_receive_mono_ns = 0, controller_send_mono_ns = 0,
          agent_receive_mono_ns = 0;
  bool operator==(const ClockExchange&) const = default;
};

struct ClockProbe {
  uint64_t incarnation = 0;  // of the agent
  int64_t agent_send_mono_ns = 0;
  std::optional<ClockExchange> previous;  // the one before, which the controller journals
};

struct ClockReply {
  int64_t controller_receive_mono_ns = 0;
  int64_t controller_send_mono_ns = 0;
};

v1::ClockProbeRequest EncodeClockProbe(const ClockProbe& probe);
ClockProbe DecodeClockProbe(const v1::ClockProbeRequest& request);
void EncodeClockReply(const ClockReply& reply, v1::ClockProbeReply& out);
ClockReply DecodeClockReply(const v1::ClockProbeReply& reply);

}  // namespace specctl
