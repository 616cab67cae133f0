// What the run's state machine wants done.
#pragma once

#include <cstdint>
#include <variant>

#include "common/journal/event.h"
#include "controller/session/session_input.h"

namespace specctl::controller {

// Append it to the journal.
struct RecordEvent {
  Event event;
};
// Make the journal durable; answered by RunMachine::OnSynced or OnJournalFailed.
struct SyncJournal {};
struct SendToAgent {
  SessionId session = 0;
  ControllerMessage message;
};
// Its slice is for who holds the workload to add.
struct SendPrepare {
  SessionId session = 0;
  uint32_t agent = 0;
};
// The run goes on, or ends, without this agent: it is to release the run.
struct DropAgent {
  uint32_t agent = 0;
};
struct ScrapeBefore {};  // answered by RunMachine::OnScrapedBefore
struct ScrapeAfter {};   // answered by RunMachine::OnScrapedAfter

using Command = std::variant<RecordEvent, SyncJournal, SendToAgent, SendPrepare, DropAgent,
                             ScrapeBefore, ScrapeAfter>;

}  // namespace specctl::controller
