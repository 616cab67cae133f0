#include "common/analysis/failure_text.h"

namespace specctl {

std::string FailureText(const RequestFinished& finish) {
  switch (finish.failure) {
    case FailureKind::kConnect:
      return "can't connect";
    case FailureKind::kTls:
      return "TLS failed";
    case FailureKind::kSend:
      return "can't send";
    case FailureKind::kHttpStatus:
      return std::to_string(finish.http_status.value_or(0));
    case FailureKind::kErrorEvent:
      return "error event";
    case FailureKind::kTruncated:
      return "ended before a finish reason";
    case FailureKind::kUndecodable:
      return "undecodable";
    case FailureKind::kTooLong:
      return "response too long";
    case FailureKind::kContextOverflow:
      return "context overflow";
    case FailureKind::kConnectTimeout:
      return "no connection in time";
    case FailureKind::kRequestTimeout:
      return "not done in time";
    case FailureKind::kIdleTimeout:
      return "idle for too long";
    case FailureKind::kCancelledAtLimit:
      return "cancelled at the limit";
    case FailureKind::kInterrupted:
      return "interrupted";
    case FailureKind::kAgentLost:
      return "agent lost";
    case FailureKind::kTooManyFailures:
      return "cancelled after too many failures";
    case FailureKind::kNone:
      break;
  }
  return "no reason given";
}

}  // namespace specctl
