#include "controller/fleet/probe_history.h"

namespace specctl::controller {
namespace {

// On both ways together, without the time in the controller.
int64_t DelayNs(const ClockExchange& exchange) {
  return (exchange.agent_receive_mono_ns - exchange.agent_send_mono_ns) -
         (exchange.controller_send_mono_ns - exchange.controller_receive_mono_ns);
}

}  // namespace

void ProbeHistory::AddProbe(const ClockExchange& exchange, MonoTime now) {
  if (intervals_.empty() || now - intervals_.back().begun >= kInterval) {
    intervals_.push_back({.begun = now, .quickest = exchange});
  } else if (DelayNs(exchange) < DelayNs(intervals_.back().quickest)) {
    intervals_.back().quickest = exchange;
  }
  while (now - intervals_.front().begun > kKept) intervals_.pop_front();
}

std::vector<ClockExchange> ProbeHistory::Probes() const {
  std::vector<ClockExchange> probes;
  for (const Interval& interval : intervals_) probes.push_back(interval.quickest);
  return probes;
}

}  // namespace specctl::controller
