#include "common/analysis/controller_lives.h"

#include <algorithm>
#include <utility>

namespace specctl {
namespace {

// Adds to the controller's times of an event.
struct Shift {
  int64_t by_ns;

  void operator()(ClockProbed& event) const {
    event.controller_send_mono_ns += by_ns;
    event.controller_receive_mono_ns += by_ns;
  }
  void operator()(StageChanged& event) const { event.at_mono_ns += by_ns; }
  void operator()(DrainBegun& event) const { event.until_mono_ns += by_ns; }
  void operator()(AgentEnded& event) const { event.at_mono_ns += by_ns; }
  void operator()(Scraped& event) const {
    event.begin_mono_ns += by_ns;
    event.end_mono_ns += by_ns;
  }
  void operator()(RunEnded& event) const { event.at_mono_ns += by_ns; }
  template <class Other>
  void operator()(Other&) const {}
};

}  // namespace

Event ControllerLives::OnFirstClock(Event event) const {
  std::visit(Shift{shift_ns_}, event);
  return event;
}

void ControllerLives::OnControllerBegan(const ControllerBegan& began) {
  ++restarts_;
  if (!armed_) return;
  const bool same_clock = !began.boot_id.empty() && began.boot_id == armed_->boot_id;
  by_wall_clock_ |= !same_clock;
  const int64_t first_life = armed_->t0_unix_ns - armed_->t0_mono_ns;
  shift_ns_ = same_clock ? 0 : began.unix_ns - began.mono_ns - first_life;
  const int64_t now_ns = began.mono_ns + shift_ns_;
  if (seen_ns_) away_ns_ += std::max<int64_t>(now_ns - *seen_ns_, 0);
  seen_ns_ = now_ns;
}

}  // namespace specctl
