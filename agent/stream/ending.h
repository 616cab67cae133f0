// Ending: how a request ended, as the journal knows it.
#pragma once

#include <string>
#include <string_view>

#include "common/journal/event.h"

namespace specctl::agent {

struct Ending {
  Outcome outcome = Outcome::kOk;
  FailureKind failure = FailureKind::kNone;
  std::string error;  // one line, at most kErrorBytesMax
  bool ok() const { return outcome == Outcome::kOk; }
};

inline constexpr size_t kErrorBytesMax = 500;

// The ending of a failure; its outcome follows from `kind`: time-outs are timed_out, what we
// stopped is cancelled, the rest failed.  The text is "<url>: <what>" on one line, cut at a
// character of UTF-8.
Ending Failed(FailureKind kind, std::string_view url, std::string_view what);

// Why a request is cancelled where the rest is not sent for `reason`.
FailureKind InterruptionBy(UnassignedReason reason);

}  // namespace specctl::agent
