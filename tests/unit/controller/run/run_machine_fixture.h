// A small language for tests of RunMachine: agents say things, time passes, the machine answers.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "controller/run/run_machine.h"

namespace specctl::controller {

inline constexpr Nanos kRealMinusMono = std::chrono::seconds(1'000'000);

// A run of three agents with bs 6 and a limit of 300 s.  Sessions are numbered by the test; time
// moves by Pass().  What the machine decides is told as short words: "prepare 10" is Prepare to
// session 10.  The journal is on disk at once, unless the test says `syncs_ = false`: then a sync
// is a word, and the test answers it.
class RunMachineTest : public ::testing::Test {
 protected:
  static RunMachine::Options ThreeAgents() {
    RunMachine::Options options;
    options.run_id = "run-1";
    options.agents = 3;
    options.expected = ExpectationOf(ClosedLoop{6});
    options.limit = std::chrono::seconds(300);
    options.boot_id = "boot-a";
    return options;
  }

  std::vector<std::string> Said() {
    std::vector<std::string> words;
    machine_.OnTick(now_);
    for (auto commands = machine_.TakeCommands(); !commands.empty();
         commands = machine_.TakeCommands()) {
      for (const Command& command : commands) {
        words.push_back(Word(command));
        Keep(command);
        if (!syncs_ || !std::holds_alternative<SyncJournal>(command)) continue;
        words.pop_back();
        machine_.OnSynced(now_);
      }
      machine_.OnTick(now_);
    }
    return words;
  }

  // Agent `agent` of incarnation agent + 1 is there, over `session`.
  void Up(SessionId session, uint32_t agent, const std::string& boot_id = "boot-a") {
    AgentUp up{.session = session, .incarnation = agent + 1, .host = {}};
    up.host.hostname = "host-a";
    up.host.pid = 101 + agent;
    up.host.boot_id = boot_id;
    Tell(agent, up);
  }
  void Tell(uint32_t agent, const AgentEvent& event) { machine_.OnAgent(agent, event, now_); }
  void Prepared(uint32_t agent, const std::string& error = "") {
    Tell(agent, AgentPrepared{.run_id = "run-1", .error = error});
  }
  void Armed(uint32_t agent, Nanos late = Nanos(0)) {
    Tell(agent, AgentArmed{.run_id = "run-1", .late = late});
  }
  void Done(uint32_t agent, bool stopped = false) {
    Tell(agent,
         AgentDone{
             .run_id = "run-1", .stopped = stopped, .last_seq = machine_.roster()[agent].last_seq});
  }
  void Beat(uint32_t agent) { Tell(agent, AgentHeartbeat{}); }
  void Cut(uint32_t agent) { Tell(agent, AgentCut{}); }
  void Died(uint32_t agent, const std::string& how) { Tell(agent, AgentDied{.how = how}); }
  BatchUse Take(uint32_t agent, const AgentBatch& batch) {
    const BatchUse use =
        machine_.OnBatch(agent, ReceivedBatch{.batch = batch, .bytes = "bytes"}, now_);
    if (use == BatchUse::kJournal) journal_.push_back(batch);
    return use;
  }
  // As a loop that turns often: the machine takes a long pause between two turns for its own.
  void Pass(Nanos time) {
    Said();
    constexpr Nanos kTurn = std::chrono::milliseconds(500);
    for (; time > kTurn; time -= kTurn) machine_.OnTick(now_ += kTurn);
    Stall(time);
  }
  // The machine is not called meanwhile.
  void Stall(Nanos time) {
    now_ += time;
    machine_.OnTick(now_);
  }
  // Lets time pass while the agents' heartbeats come; what is said meanwhile.
  std::vector<std::string> PassBeating(Nanos time, const std::vector<uint32_t>& agents) {
    std::vector<std::string> words;
    for (Nanos passed{}; passed < time; passed += std::chrono::milliseconds(500)) {
      for (const uint32_t agent : agents) Beat(agent);
      now_ += std::chrono::milliseconds(500);
      for (std::string& word : Said()) words.push_back(std::move(word));
    }
    return words;
  }
  // Agents 0, 1, 2 over sessions 10, 11, 12, told to prepare.
  void JoinAll() {
    for (uint32_t agent = 0; agent < 3; ++agent) Up(10 + agent, agent);
    Said();
  }
  void ToRunning() {
    JoinAll();
    for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
    machine_.OnScrapedBefore(kRealMinusMono, now_);
    Said();
    for (uint32_t agent = 0; agent < 3; ++agent) Armed(agent);
    Pass(std::chrono::seconds(1));
    Said();
  }
  static AgentBatch Batch(uint32_t agent, uint64_t seq) {
    AgentBatch batch;
    batch.agent = agent;
    batch.incarnation = agent + 1;
    batch.seq = seq;
    batch.run_hash = RunHash("run-1");
    return batch;
  }
  static void Add(AgentBatch& batch, Outcome outcome, int count, const std::string& error = "") {
    for (int i = 0; i < count; ++i) {
      RequestFinished finished;
      finished.outcome = outcome;
      finished.error = error;
      batch.finished.push_back(finished);
    }
  }
  RunEnd End() const { return machine_.ended()->end; }
  std::string Reason() const { return machine_.ended()->reason; }

  MonoTime now_{std::chrono::seconds(1000)};
  bool syncs_ = true;
  RunMachine machine_{ThreeAgents(), now_};
  std::vector<Event> journal_;   // what Said() has told of, and the batches
  std::optional<ArmAgent> arm_;  // that was said last

 private:
  void Keep(const Command& command) {
    if (const auto* record = std::get_if<RecordEvent>(&command)) journal_.push_back(record->event);
    const auto* send = std::get_if<SendToAgent>(&command);
    if (send == nullptr) return;
    if (const auto* arm = std::get_if<ArmAgent>(&send->message)) arm_ = *arm;
  }
  static std::string Word(const Command& command) {
    if (const auto* send = std::get_if<SendToAgent>(&command)) return MessageWord(*send);
    if (const auto* prepare = std::get_if<SendPrepare>(&command)) {
      return "prepare " + std::to_string(prepare->session);
    }
    if (const auto* drop = std::get_if<DropAgent>(&command)) {
      return "drop " + std::to_string(drop->agent);
    }
    if (std::holds_alternative<SyncJournal>(command)) return "sync";
    if (std::holds_alternative<ScrapeBefore>(command)) return "scrape before";
    if (std::holds_alternative<ScrapeAfter>(command)) return "scrape after";
    return EventWord(std::get<RecordEvent>(command).event);
  }
  static std::string MessageWord(const SendToAgent& send) {
    const std::string to = " " + std::to_string(send.session);
    if (std::holds_alternative<ArmAgent>(send.message)) return "arm" + to;
    if (const auto* ack = std::get_if<AckBatches>(&send.message)) {
      return "ack" + to + " " + std::to_string(ack->seq);
    }
    const auto& drain = std::get<DrainAgent>(send.message);
    return "drain" + to + " " + ReasonWord(drain.reason) + " " +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(drain.grace).count());
  }
  static std::string ReasonWord(DrainReason reason) {
    const char* words[] = {"interrupted", "agent lost", "failures", "precise enough"};
    return words[static_cast<int>(reason)];
  }
  static std::string EventWord(const Event& event) {
    if (const auto* joined = std::get_if<AgentJoined>(&event)) {
      return "joined " + std::to_string(joined->agent);
    }
    if (std::holds_alternative<specctl::Armed>(event)) return "armed";
    if (std::holds_alternative<ClockProbed>(event)) return "probed";
    if (std::holds_alternative<ControllerBegan>(event)) return "controller began";
    if (const auto* ended = std::get_if<AgentEnded>(&event)) {
      return (ended->lost ? "lost " : "done ") + std::to_string(ended->agent);
    }
    if (const auto* drain = std::get_if<DrainBegun>(&event)) {
      return "drain begun " + ReasonWord(drain->reason);
    }
    if (const auto* stage = std::get_if<StageChanged>(&event)) {
      const char* names[] = {"preparing", "armed", "running", "draining", "done"};
      return std::string("stage ") + names[static_cast<int>(stage->stage)];
    }
    return "run ended";
  }
};

}  // namespace specctl::controller
