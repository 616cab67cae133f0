// A small language for tests of RunMachine: sessions say things, time passes, the machine answers.
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

// A run of three agents with bs 6.  Sessions are numbered by the test; time moves by Pass().
// What the machine decides is told as short words: "welcome 10 0" is Welcome to session 10 as
// agent 0.
class RunMachineTest : public ::testing::Test {
 protected:
  static RunMachine::Options ThreeAgents() {
    RunMachine::Options options;
    options.agents = 3;
    options.bs = 6;
    options.boot_id = "boot-a";
    return options;
  }

  std::vector<std::string> Said() {
    std::vector<std::string> words;
    for (const Command& command : machine_.TakeCommands()) {
      const std::string word = Word(command);
      if (!word.empty()) words.push_back(word);
    }
    return words;
  }

  void Hello(SessionId session, uint64_t incarnation,
             std::optional<uint32_t> agent = std::nullopt) {
    AgentHello hello{.incarnation = incarnation, .agent = agent, .host = {}};
    hello.host.hostname = "host-a";
    hello.host.pid = static_cast<uint32_t>(100 + incarnation);
    hello.host.boot_id = "boot-a";
    machine_.OnInput(session, hello, now_);
  }
  void Input(SessionId session, const AgentInput& input) { machine_.OnInput(session, input, now_); }
  void Pass(Nanos time) {
    now_ += time;
    machine_.OnTick(now_);
  }
  // Lets time pass while the agents' heartbeats come.
  void PassBeating(Nanos time, std::vector<SessionId> sessions) {
    for (Nanos passed{}; passed < time; passed += std::chrono::seconds(1)) {
      for (const SessionId session : sessions) Input(session, AgentHeartbeat{});
      Pass(std::chrono::seconds(1));
    }
  }
  // Agents 0, 1, 2 (incarnations 1, 2, 3) over sessions 10, 11, 12.
  void JoinAll() {
    for (uint32_t i = 0; i < 3; ++i) Hello(10 + i, 1 + i);
  }
  void ToRunning() {
    JoinAll();
    for (SessionId session = 10; session < 13; ++session) Input(session, AgentPrepared{});
    machine_.OnScrapedBefore(kRealMinusMono, now_);
    for (SessionId session = 10; session < 13; ++session) Input(session, AgentArmed{});
    Pass(std::chrono::seconds(1));
    Said();
  }
  AgentBatch Batch(uint32_t agent, uint64_t seq) {
    AgentBatch batch;
    batch.agent = agent;
    batch.incarnation = agent + 1;
    batch.seq = seq;
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
  RunMachine machine_{ThreeAgents(), now_};

 private:
  static std::string Word(const Command& command) {
    if (const auto* send = std::get_if<SendToAgent>(&command)) return OutputWord(*send);
    if (const auto* prepare = std::get_if<SendPrepare>(&command)) {
      return "prepare " + std::to_string(prepare->session);
    }
    if (const auto* ack = std::get_if<SendAck>(&command)) {
      return "ack " + std::to_string(ack->session);
    }
    if (const auto* close = std::get_if<CloseSession>(&command)) {
      return "close " + std::to_string(close->session);
    }
    if (std::holds_alternative<ScrapeBefore>(command)) return "scrape before";
    if (std::holds_alternative<ScrapeAfter>(command)) return "scrape after";
    return EventWord(std::get<RecordEvent>(command).event);
  }
  static std::string OutputWord(const SendToAgent& send) {
    const std::string to = " " + std::to_string(send.session);
    if (const auto* welcome = std::get_if<WelcomeAgent>(&send.output)) {
      return "welcome" + to + " " + std::to_string(welcome->agent);
    }
    if (std::holds_alternative<ArmAgent>(send.output)) return "arm" + to;
    const auto& drain = std::get<DrainAgent>(send.output);
    const char* reasons[] = {"interrupted", "agent lost", "failures"};
    return "drain" + to + " " + reasons[static_cast<int>(drain.reason)] + " " +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(drain.grace).count());
  }
  static std::string EventWord(const Event& event) {
    if (const auto* joined = std::get_if<AgentJoined>(&event)) {
      return "joined " + std::to_string(joined->agent);
    }
    if (std::holds_alternative<Armed>(event)) return "armed";
    if (const auto* ended = std::get_if<AgentEnded>(&event)) {
      return (ended->lost ? "lost " : "done ") + std::to_string(ended->agent);
    }
    if (const auto* stage = std::get_if<StageChanged>(&event)) {
      const char* names[] = {"preparing", "armed", "running", "draining", "done"};
      return std::string("stage ") + names[static_cast<int>(stage->stage)];
    }
    return "run ended";
  }
};

}  // namespace specctl::controller
