// ControllerLives: one clock for a run whose controller was started again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/journal/event.h"

namespace specctl {

// Times of all lives on the clock of the first, which is that of Armed.  Lives of one boot share
// it; those of another are joined by wall clock, which is what both hosts' clocks are set to and no
// better.  Pure.
class ControllerLives {
 public:
  void OnArmed(const Armed& armed) {
    armed_ = armed;
    OnSeen(armed.t0_mono_ns);
  }
  // `event` with its controller times on the first life's clock.  Batches have none and are not to
  // be given.
  Event OnFirstClock(Event event) const;
  void OnControllerBegan(const ControllerBegan& began);
  // A time of the first life's clock on that of the life that is on.
  int64_t OnThisClock(int64_t first_ns) const { return first_ns - shift_ns_; }
  // A time of the first life's clock at which the controller was there.
  void OnSeen(int64_t mono_ns) { seen_ns_ = mono_ns; }

  bool shifted() const { return shift_ns_ != 0; }
  uint32_t restarts() const { return restarts_; }
  // How long it was away in sum, at most.
  int64_t away_ns() const { return away_ns_; }
  bool by_wall_clock() const { return by_wall_clock_; }  // a life was joined so

 private:
  std::optional<Armed> armed_;
  int64_t shift_ns_ = 0;  // to be added to times of the life that is on
  std::optional<int64_t> seen_ns_;
  uint32_t restarts_ = 0;
  int64_t away_ns_ = 0;
  bool by_wall_clock_ = false;
};

}  // namespace specctl
