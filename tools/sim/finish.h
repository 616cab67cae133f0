// Why a reply ended.
#pragma once

#include <string_view>

namespace specctl::sim {

enum class Finish {
  kNo,
  kStop,  // the end of sequence, which is a token
  kLength,
  kStopString,
  kToolCalls,  // as kStop, where the reply has a tool call
  kAbort
};

// As the API writes it; kNo has no text.
constexpr std::string_view FinishText(Finish finish) {
  switch (finish) {
    case Finish::kNo:
      break;
    case Finish::kStop:
    case Finish::kStopString:
      return "stop";
    case Finish::kLength:
      return "length";
    case Finish::kToolCalls:
      return "tool_calls";
    case Finish::kAbort:
      return "abort";
  }
  return "";
}

// Whether its last token is the end of sequence.
constexpr bool EndsSequence(Finish finish) {
  return finish == Finish::kStop || finish == Finish::kToolCalls;
}

}  // namespace specctl::sim
