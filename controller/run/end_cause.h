// EndCause: why a run ends.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/journal/event.h"

namespace specctl::controller {

// The first cause stands, unless the run can't go on or the user ends it; whatever befalls a run
// that has enough takes its completeness.  Pure.
class EndCause {
 public:
  void Set(RunEnd end, std::string reason) {
    const bool overrides = end_ == RunEnd::kCompleted || end == RunEnd::kFailed ||
                           (end == RunEnd::kInterrupted && end_ != RunEnd::kFailed);
    if (end_ && !overrides) return;
    end_ = end;
    reason_ = std::move(reason);
  }

  const std::optional<RunEnd>& end() const { return end_; }  // nullopt: nothing ends it
  const std::string& reason() const { return reason_; }

 private:
  std::optional<RunEnd> end_;
  std::string reason_;
};

}  // namespace specctl::controller
