#include "agent/stream/ending.h"

#include <cassert>

#include <absl/strings/str_format.h>

namespace specctl::agent {
namespace {

Outcome OutcomeOf(FailureKind kind) {
  switch (kind) {
    case FailureKind::kConnectTimeout:
    case FailureKind::kRequestTimeout:
    case FailureKind::kIdleTimeout:
      return Outcome::kTimedOut;
    case FailureKind::kCancelledAtLimit:
    case FailureKind::kInterrupted:
    case FailureKind::kAgentLost:
      return Outcome::kCancelled;
    default:
      return Outcome::kFailed;
  }
}

}  // namespace

Ending Failed(FailureKind kind, std::string_view url, std::string_view what) {
  assert(kind != FailureKind::kNone);
  std::string text = absl::StrFormat("%s: %s", url, what);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  if (text.size() > kErrorBytesMax) {
    size_t end = kErrorBytesMax;
    // Not in the middle of a character.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  return {OutcomeOf(kind), kind, std::move(text)};
}

FailureKind InterruptionBy(UnassignedReason reason) {
  switch (reason) {
    case UnassignedReason::kInterrupted:
      return FailureKind::kInterrupted;
    case UnassignedReason::kAgentLost:
      return FailureKind::kAgentLost;
    case UnassignedReason::kTooManyFailures:
      return FailureKind::kTooManyFailures;
    default:
      return FailureKind::kCancelledAtLimit;
  }
}

}  // namespace specctl::agent
