// SlotRunner: one slot, which sends one conversation after another, or those that arrive.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/schedule/back_off.h"
#include "agent/schedule/conversation_feed.h"
#include "agent/schedule/target_chooser.h"
#include "agent/stream/batch_recorder.h"
#include "agent/stream/exchange.h"
#include "agent/stream/request_composer.h"
#include "common/engine/reply_history.h"

namespace specctl::agent {

// What the slots of an agent share, and what they tell the generator.
class SlotHost {
 public:
  virtual ~SlotHost() = default;
  // A request of a slot has been recorded as begun; `first` of this slot.
  virtual void OnBegun(bool first) = 0;
  // A slot found no further work.
  virtual void OnIdle(MonoTime at) = 0;
  // The slot of that number has ended the conversation of an arrival.
  virtual void OnArrivalOver(uint32_t local_slot) = 0;
  // What a request that is interrupted is reported as.
  virtual FailureKind InterruptionKind() const = 0;
};

// Turn k+1 of a conversation sends the messages before it and the server's own reply to turn k;
// after a turn that is not ok the later ones are not sent, and the slot of a closed loop backs off.
// Not thread-safe.
class SlotRunner {
 public:
  struct Shared {
    ConversationFeed& feed;
    TargetChooser& chooser;
    std::vector<Target>& targets;
    const RequestComposer& composer;
    BatchRecorder& recorder;
    SlotHost& host;
    bool save_text = false;
    Nanos think_time{0};                           // between a reply and the next turn
    ReplyHistory history = ReplyHistory::kAnswer;  // of prompts that are text
  };
  struct Numbers {
    uint32_t local = 0;   // of this agent
    uint64_t global = 0;  // of the run
  };

  SlotRunner(Executor executor, Numbers numbers, Shared shared, Exchange::Shared exchange,
             ResponseIntake::Shared intake);

  // Closed loop: works until the feed has nothing more.  `free_at`: when the slot may begin.
  Task<void> Run(MonoTime free_at);
  // Open loop: sends one conversation, which arrived at `due`.
  Task<void> RunArrival(Assignment assignment, MonoTime due);
  // Cancels the request in flight and lets none begin.
  void Interrupt() { wakeup_.Interrupt(); }
  // Ends a back-off or think time early, so that a stopped feed is noticed.
  void Notify() { wakeup_.Notify(); }

 private:
  Task<void> RunConversation(Assignment assignment);
  Task<bool> RunTurn(const Assignment& assignment, uint32_t turn);
  Task<RequestFinished> Send(const Assignment& assignment, uint32_t turn, MonoTime begin,
                             RequestLog& log);
  ReplyHistory HistoryOf(const Assignment& assignment) const;
  // Returns at `due`, or once nothing more may begin.
  Task<void> WaitUntilDue();

  const Numbers numbers_;
  const Shared shared_;
  Wakeup wakeup_;
  Exchange exchange_;
  BackOff back_off_;
  TargetChooser::Choice choice_;  // of the present conversation
  MonoTime due_{};                // when the next request is to begin
  bool any_begun_ = false;
  std::vector<Message> messages_;  // the present conversation so far
};

}  // namespace specctl::agent
