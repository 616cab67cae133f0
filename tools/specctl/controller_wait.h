// ControllerWait: how long a command waits for a controller that is not there yet (--wait-agents).
#pragma once

#include <string_view>
#include <utility>

#include <absl/status/status.h>

#include "common/base/clock.h"
#include "controller/run/stop_token.h"

namespace specctl::cli {

class ControllerWait {
 public:
  // Waits for nothing.
  ControllerWait() = default;
  // Begins now; `stop`: Ctrl-C.
  ControllerWait(Nanos wait, controller::StopToken stop)
      : wait_(wait), until_(MonoNow() + wait), stop_(std::move(stop)) {}

  // Whether what came out as `tried` is to be tried again, after a pause that is the caller's: the
  // controller is not reached (UNAVAILABLE, DEADLINE_EXCEEDED), and the wait is not over.  The
  // first time it says so.  `controller`: how it is named to the user.
  bool TriesAgain(const absl::Status& tried, std::string_view controller);

  bool over() const { return interrupted() || MonoNow() >= until_; }
  bool interrupted() const { return stop_.requests() > 0; }
  const controller::StopToken& stop() const { return stop_; }

 private:
  const Nanos wait_{0};
  const MonoTime until_{};
  const controller::StopToken stop_;
  bool told_ = false;
};

}  // namespace specctl::cli
