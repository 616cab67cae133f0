// What the run's state machine wants done.
#pragma once

#include <cstdint>
#include <variant>

#include <absl/status/status.h>

#include "common/journal/event.h"
#include "controller/session/session_messages.h"

namespace specctl::controller {

struct RecordEvent {
  Event event;
};
struct SendToAgent {
  SessionId session = 0;
  AgentOutput output;  // any but PrepareAgent
};
// Its slice is for who holds the conversations to add.
struct SendPrepare {
  SessionId session = 0;
  uint32_t agent = 0;
};
// The agent resumes: it is told which of its batches are on disk.
struct SendAck {
  SessionId session = 0;
  uint32_t agent = 0;
};
struct CloseSession {
  SessionId session = 0;
  absl::Status status;
};
struct ScrapeBefore {};  // answered by RunMachine::OnScrapedBefore
struct ScrapeAfter {};   // answered by RunMachine::OnScrapedAfter

using Command = std::variant<RecordEvent, SendToAgent, SendPrepare, SendAck, CloseSession,
                             ScrapeBefore, ScrapeAfter>;

}  // namespace specctl::controller
