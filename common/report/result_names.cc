#include "common/report/result_names.h"

namespace specctl {

std::string_view VerdictName(VerdictState state) {
  switch (state) {
    case VerdictState::kValid:
      return "valid";
    case VerdictState::kDegraded:
      return "degraded";
    case VerdictState::kInvalid:
      break;
  }
  return "invalid";
}

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kTimedOut:
      return "timed_out";
    case Outcome::kCancelled:
      return "cancelled";
    case Outcome::kLost:
      break;
  }
  return "lost";
}

std::string_view FailureName(FailureKind kind) {
  switch (kind) {
    case FailureKind::kNone:
      return "none";
    case FailureKind::kConnect:
      return "connect";
    case FailureKind::kTls:
      return "tls";
    case FailureKind::kSend:
      return "send";
    case FailureKind::kHttpStatus:
      return "http_status";
    case FailureKind::kErrorEvent:
      return "error_event";
    case FailureKind::kTruncated:
      return "truncated";
    case FailureKind::kUndecodable:
      return "undecodable";
    case FailureKind::kTooLong:
      return "too_long";
    case FailureKind::kContextOverflow:
      return "context_overflow";
    case FailureKind::kConnectTimeout:
      return "connect_timeout";
    case FailureKind::kRequestTimeout:
      return "request_timeout";
    case FailureKind::kIdleTimeout:
      return "idle_timeout";
    case FailureKind::kCancelledAtLimit:
      return "cancelled_at_limit";
    case FailureKind::kInterrupted:
      return "interrupted";
    case FailureKind::kTooManyFailures:
      return "too_many_failures";
    case FailureKind::kAgentLost:
      break;
  }
  return "agent_lost";
}

std::string_view RunEndName(RunEnd end) {
  switch (end) {
    case RunEnd::kCompleted:
      return "completed";
    case RunEnd::kInterrupted:
      return "interrupted";
    case RunEnd::kTooManyFailures:
      return "too_many_failures";
    case RunEnd::kAgentLost:
      return "agent_lost";
    case RunEnd::kFailed:
      break;
  }
  return "failed";
}

std::string_view TokenSourceName(TokenSource source) {
  switch (source) {
    case TokenSource::kUnknown:
      break;
    case TokenSource::kContinuousUsage:
      return "continuous_usage";
    case TokenSource::kTokenIds:
      return "token_ids";
    case TokenSource::kTimings:
      return "timings";
    case TokenSource::kLogprobs:
      return "logprobs";
    case TokenSource::kTotalsOnly:
      return "totals_only";
    case TokenSource::kNone:
      return "none";
  }
  return "unknown";
}

std::string_view TokenFaultName(TokenFault fault) {
  switch (fault) {
    case TokenFault::kNone:
      break;
    case TokenFault::kUsageFalls:
      return "usage_falls";
    case TokenFault::kUsageStalls:
      return "usage_stalls";
    case TokenFault::kUsageLags:
      return "usage_lags";
    case TokenFault::kUsageNotTotal:
      return "usage_not_total";
    case TokenFault::kAboveMaxTokens:
      return "above_max_tokens";
    case TokenFault::kOtherChoices:
      return "other_choices";
  }
  return "sums_differ";
}

std::string_view UnassignedName(UnassignedReason why) {
  switch (why) {
    case UnassignedReason::kEarlierTurnFailed:
      return "earlier_turn_failed";
    case UnassignedReason::kLimit:
      return "limit";
    case UnassignedReason::kInterrupted:
      return "interrupted";
    case UnassignedReason::kTooManyFailures:
      return "too_many_failures";
    case UnassignedReason::kAgentLost:
      break;
  }
  return "agent_lost";
}

std::string_view UrlPolicyName(UrlPolicy policy) {
  switch (policy) {
    case UrlPolicy::kLeastInFlight:
      return "least_in_flight";
    case UrlPolicy::kPaired:
      return "paired";
    case UrlPolicy::kRoundRobin:
      break;
  }
  return "round_robin";
}

std::string_view EndpointName(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kChat:
      return "chat";
    case Endpoint::kGenerate:
      return "generate";
    case Endpoint::kCompletions:
      break;
  }
  return "completions";
}

std::string DatasetLabel(const DatasetIdentity& dataset) {
  const bool says_so = dataset.name.find("builtin") != std::string::npos;
  // No artifact may name generated text as if it were the dataset that it imitates.
  return dataset.builtin && !says_so ? "builtin:" + dataset.name : dataset.name;
}

}  // namespace specctl
