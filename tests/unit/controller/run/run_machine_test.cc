#include "controller/run/run_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Nanos kRealMinusMono = seconds(1'000'000);

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
    for (Nanos passed{}; passed < time; passed += seconds(1)) {
      for (const SessionId session : sessions) Input(session, AgentHeartbeat{});
      Pass(seconds(1));
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
    Pass(seconds(1));
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

  MonoTime now_{seconds(1000)};
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
           std::to_string(std::chrono::duration_cast<seconds>(drain.grace).count());
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

TEST_F(RunMachineTest, ARunGoesFromHelloToDone) {
  Hello(10, 1);
  EXPECT_THAT(Said(), ElementsAre("stage preparing", "joined 0", "welcome 10 0", "prepare 10"));
  Hello(11, 2);
  Hello(12, 3);
  Said();
  Input(10, AgentPrepared{});
  Input(11, AgentPrepared{});
  EXPECT_THAT(Said(), IsEmpty());
  Input(12, AgentPrepared{});
  EXPECT_THAT(Said(), ElementsAre("scrape before"));
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  EXPECT_THAT(Said(), ElementsAre("armed", "stage armed", "arm 10", "arm 11", "arm 12"));
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentArmed{});
  Pass(milliseconds(999));
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("stage running"));
  AgentBatch idle = Batch(1, 1);
  idle.first_idle_mono_ns = 1;
  EXPECT_EQ(machine_.OnBatch(11, idle, now_), BatchUse::kJournal);
  EXPECT_THAT(Said(), ElementsAre("stage draining"));
  Input(10, AgentDone{});
  Input(11, AgentDone{});
  EXPECT_THAT(Said(), ElementsAre("done 0", "done 1"));
  Input(12, AgentDone{});
  EXPECT_THAT(Said(), ElementsAre("done 2", "stage done", "scrape after"));
  EXPECT_FALSE(machine_.ended());
  machine_.OnScrapedAfter(now_);
  EXPECT_THAT(Said(), ElementsAre("run ended"));
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunMachineTest, SlotsAreSplitOverTheAgents) {
  RunMachine::Options options = ThreeAgents();
  options.bs = 7;
  RunMachine machine(options, now_);
  for (uint64_t i = 0; i < 3; ++i) {
    machine.OnInput(10 + i, AgentHello{.incarnation = i + 1, .agent = std::nullopt, .host = {}},
                    now_);
  }
  std::vector<uint32_t> slots;
  for (const Command& command : machine.TakeCommands()) {
    const auto* record = std::get_if<RecordEvent>(&command);
    if (record == nullptr) continue;
    if (const auto* joined = std::get_if<AgentJoined>(&record->event)) {
      slots.push_back(joined->slots);
    }
  }
  EXPECT_THAT(slots, ElementsAre(3, 2, 2));
}

TEST_F(RunMachineTest, T0IsGivenOnAnAgentsClockWhereItSharesTheBoot) {
  AgentHello elsewhere{.incarnation = 9, .agent = 2, .host = {}};
  elsewhere.host.boot_id = "boot-b";
  Hello(10, 1);
  Hello(11, 2);
  machine_.OnInput(12, elsewhere, now_);
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentPrepared{});
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  const int64_t t0 = (now_ + seconds(1)).time_since_epoch().count();
  std::vector<ArmAgent> arms;
  for (const Command& command : machine_.TakeCommands()) {
    const auto* send = std::get_if<SendToAgent>(&command);
    if (send == nullptr) continue;
    if (const auto* arm = std::get_if<ArmAgent>(&send->output)) arms.push_back(*arm);
  }
  ASSERT_EQ(arms.size(), 3u);
  EXPECT_EQ(arms[0].t0_mono_ns, t0);
  EXPECT_EQ(arms[0].t0_unix_ns, t0 + kRealMinusMono.count());
  EXPECT_EQ(arms[0].t0_agent_mono_ns, t0);
  EXPECT_EQ(arms[2].t0_agent_mono_ns, std::nullopt);
}

// --- joining ------------------------------------------------------------------------------------

TEST_F(RunMachineTest, AgentsThatDoNotJoinAreNamed) {
  Hello(11, 2, 1);
  Pass(seconds(30));
  EXPECT_FALSE(machine_.ended());
  Pass(milliseconds(1));
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "agents 0, 2 did not join within 30 s");
}

TEST_F(RunMachineTest, AnAgentThatIsNotPreparedInTimeIsNamed) {
  JoinAll();
  Input(10, AgentPrepared{});
  Input(12, AgentPrepared{});
  PassBeating(seconds(31), {10, 11, 12});
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "agent 1 (host-a, pid 102) was not prepared within 30 s");
}

TEST_F(RunMachineTest, AnAgentThatCannotRunItsSliceEndsTheRun) {
  JoinAll();
  Input(11, AgentPrepared{.error = "--bs: 2 slots need 12 files, the limit is 10"});
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(),
            "agent 1 (host-a, pid 102) can't run its slice: --bs: 2 slots need 12 files, the limit "
            "is 10");
  EXPECT_THAT(Said(), ::testing::Not(::testing::Contains("scrape after")));
}

TEST_F(RunMachineTest, AStrangerIsRefusedOnceAllHaveJoined) {
  JoinAll();
  Said();
  Hello(13, 4);
  EXPECT_THAT(Said(), ElementsAre("close 13"));
  Input(13, AgentPrepared{.error = "not to be heard"});
  EXPECT_FALSE(machine_.ended());
}

TEST_F(RunMachineTest, AProcessThatDiesBeforeItJoinedEndsTheRun) {
  Hello(10, 1, 0);
  machine_.OnProcessDied(1, "agent 1 (pid 7) exited with status 1", now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 1 (pid 7) exited with status 1");
  EXPECT_THAT(Said(), ::testing::Not(::testing::Contains("lost 1")));  // the journal never met it
}

// --- sessions cut -------------------------------------------------------------------------------

TEST_F(RunMachineTest, AnAgentThatDialsAgainKeepsItsNumberAndIsNotLost) {
  ToRunning();
  EXPECT_EQ(machine_.OnBatch(11, Batch(1, 1), now_), BatchUse::kJournal);
  Input(11, SessionCut{});
  Pass(seconds(29));
  Input(10, AgentHeartbeat{});
  Input(12, AgentHeartbeat{});
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("welcome 21 1", "ack 21"));
  PassBeating(seconds(20), {10, 21, 12});
  EXPECT_FALSE(machine_.ended());
  EXPECT_EQ(machine_.OnBatch(21, Batch(1, 2), now_), BatchUse::kJournal);
}

TEST_F(RunMachineTest, WhatAnAgentHasNotConfirmedIsSaidAgain) {
  JoinAll();
  Said();
  Input(11, SessionCut{});
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("welcome 21 1", "prepare 21"));
  for (const SessionId session : {10, 21, 12}) Input(session, AgentPrepared{});
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  Input(12, SessionCut{});
  Hello(22, 3);
  EXPECT_THAT(Said(), ElementsAre("welcome 22 2", "arm 22"));
  Input(22, AgentArmed{});
  machine_.OnInterrupt(now_);
  Said();
  Input(22, SessionCut{});
  Pass(seconds(4));
  Said();
  Hello(32, 3);
  EXPECT_THAT(Said(), ElementsAre("welcome 32 2", "drain 32 interrupted 6"));
}

TEST_F(RunMachineTest, ASessionThatIsOnlyHalfDeadIsReplaced) {
  ToRunning();
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("close 11", "welcome 21 1"));
  Input(11, SessionCut{});
  EXPECT_EQ(machine_.roster()[1].session, 21u);
  EXPECT_EQ(machine_.OnBatch(11, Batch(1, 1), now_), BatchUse::kDrop);
  EXPECT_EQ(machine_.OnBatch(21, Batch(1, 1), now_), BatchUse::kJournal);
}

// --- batches ------------------------------------------------------------------------------------

TEST_F(RunMachineTest, ARepeatedBatchIsKnown) {
  ToRunning();
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 1), now_), BatchUse::kJournal);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 2), now_), BatchUse::kJournal);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 1), now_), BatchUse::kRepeat);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 2), now_), BatchUse::kRepeat);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 3), now_), BatchUse::kJournal);
}

TEST_F(RunMachineTest, AnAgentThatLeavesOutABatchIsLost) {
  ToRunning();
  machine_.OnBatch(10, Batch(0, 1), now_);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 3), now_), BatchUse::kDrop);
  EXPECT_THAT(Said(), ElementsAre("lost 0", "close 10", "stage draining", "drain 11 agent lost 30",
                                  "drain 12 agent lost 30"));
}

TEST_F(RunMachineTest, ABatchInAnotherAgentsNameIsNotTaken) {
  ToRunning();
  EXPECT_EQ(machine_.OnBatch(10, Batch(1, 1), now_), BatchUse::kDrop);
  EXPECT_EQ(machine_.roster()[1].last_seq, 0u);
  EXPECT_EQ(machine_.roster()[0].phase, AgentPhase::kLost);
}

// --- lost agents --------------------------------------------------------------------------------

TEST_F(RunMachineTest, AKilledAgentMakesTheOthersDrainAtOnceAndEndsTheRun) {
  ToRunning();
  machine_.OnProcessDied(1, "agent 1 (pid 7) was killed by signal 9", now_);
  EXPECT_THAT(Said(), IsEmpty());  // its last batches may still come
  EXPECT_EQ(machine_.OnBatch(11, Batch(1, 1), now_), BatchUse::kJournal);
  Input(11, SessionCut{});
  EXPECT_THAT(Said(), ElementsAre("lost 1", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
  Input(10, AgentDone{});
  Input(12, AgentDone{});
  EXPECT_THAT(Said(), ElementsAre("done 0", "done 2", "stage done", "scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 1 (pid 7) was killed by signal 9");
}

TEST_F(RunMachineTest, ADeadAgentsSessionIsNotWaitedForLongerThanASecond) {
  ToRunning();
  machine_.OnProcessDied(1, "agent 1 (pid 7) was killed by signal 9", now_);
  Pass(milliseconds(999));
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
}

TEST_F(RunMachineTest, AnAgentIsLostAfterThirtySecondsOfSilence) {
  ToRunning();
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentHeartbeat{});
  PassBeating(seconds(30), {10, 12});
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("close 21"));  // it was given up
}

TEST_F(RunMachineTest, AProcessThatEndsAfterDoneIsNotLost) {
  ToRunning();
  Input(11, AgentDone{});
  Input(11, SessionCut{});
  machine_.OnProcessDied(1, "agent 1 (pid 7) exited with status 0", now_);
  PassBeating(seconds(40), {10, 12});
  EXPECT_THAT(Said(), ElementsAre("done 1"));
}

TEST_F(RunMachineTest, AnAgentThatNeverFinishesDrainingIsLost) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Input(10, AgentDone{});
  Input(12, AgentDone{});
  Said();
  PassBeating(seconds(39), {11});
  EXPECT_THAT(Said(), IsEmpty());
  PassBeating(seconds(1), {11});
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage done", "scrape after"));
}

TEST_F(RunMachineTest, WhenAllAgentsAreLostTheRunEnds) {
  ToRunning();
  Pass(seconds(31));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 0 (host-a, pid 101) was silent for 30 s");
}

TEST_F(RunMachineTest, AnAgentThatCannotBeginIsLost) {
  JoinAll();
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentPrepared{});
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  Input(11, AgentArmed{.error = "T0 has passed"});
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
}

// --- interrupts ---------------------------------------------------------------------------------

TEST_F(RunMachineTest, AnInterruptDrainsWithTenSecondsGrace) {
  ToRunning();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("stage draining", "drain 10 interrupted 10",
                                  "drain 11 interrupted 10", "drain 12 interrupted 10"));
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentDone{});
  EXPECT_THAT(Said(), ::testing::Contains("scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineTest, ASecondInterruptEndsAtOnce) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  Input(11, AgentDone{});
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain 10 interrupted 0", "drain 12 interrupted 0", "stage done",
                                  "run ended"));
  EXPECT_EQ(End(), RunEnd::kInterrupted);
  EXPECT_EQ(Reason(), "interrupted twice: stopped at once");
}

TEST_F(RunMachineTest, AnInterruptBeforeT0IsArmedEndsAtOnce) {
  JoinAll();
  machine_.OnInterrupt(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineTest, AnInterruptShortensTheDrainAfterALostAgent) {
  ToRunning();
  Input(11, SessionCut{});
  machine_.OnProcessDied(1, "agent 1 was killed", now_);
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain 10 interrupted 10", "drain 12 interrupted 10"));
  Input(10, AgentDone{});
  Input(12, AgentDone{});
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

// --- failures -----------------------------------------------------------------------------------

TEST_F(RunMachineTest, TooManyFailuresDrainTheRun) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kOk, 8);
  Add(batch, Outcome::kTimedOut, 1);
  EXPECT_EQ(machine_.OnBatch(10, batch, now_), BatchUse::kJournal);
  EXPECT_THAT(Said(), IsEmpty());  // 9 of at least 10
  batch = Batch(1, 1);
  Add(batch, Outcome::kFailed, 1, "http://a:8000: status 503");
  EXPECT_EQ(machine_.OnBatch(11, batch, now_), BatchUse::kJournal);
  EXPECT_THAT(Said(), ElementsAre("stage draining", "drain 10 failures 30", "drain 11 failures 30",
                                  "drain 12 failures 30"));
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentDone{});
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
  EXPECT_THAT(Reason(), HasSubstr("2 of 10 requests failed or timed out (20 %), more than "
                                  "--max-failed 10%; the last: http://a:8000: status 503"));
}

TEST_F(RunMachineTest, AShortRunOfFailuresOnlyIsNoCompletedRun) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kFailed, 2, "refused");
  machine_.OnBatch(10, batch, now_);
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentDone{});
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
}

// --- the journal --------------------------------------------------------------------------------

TEST_F(RunMachineTest, AFailedJournalDrainsWithoutGraceAndEndsWithinASecond) {
  ToRunning();
  machine_.OnJournalFailed("journal.pb: No space left on device", now_);
  EXPECT_THAT(Said(), ElementsAre("stage draining", "drain 10 interrupted 0",
                                  "drain 11 interrupted 0", "drain 12 interrupted 0"));
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 1), now_), BatchUse::kDrop);
  Pass(seconds(1));
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "journal.pb: No space left on device");
}

TEST_F(RunMachineTest, AFailedJournalGoesBeforeAnInterrupt) {
  ToRunning();
  machine_.OnInterrupt(now_);
  machine_.OnJournalFailed("disk full", now_);
  machine_.OnInterrupt(now_);
  Pass(seconds(1));
  EXPECT_EQ(End(), RunEnd::kFailed);
}

TEST_F(RunMachineTest, NothingIsSaidOnceTheRunHasEnded) {
  ToRunning();
  machine_.OnInterrupt(now_);
  machine_.OnInterrupt(now_);
  Said();
  Hello(21, 2);
  Input(10, AgentDone{});
  Input(11, SessionCut{});
  machine_.OnProcessDied(1, "agent 1 was killed", now_);
  machine_.OnScrapedAfter(now_);
  machine_.OnInterrupt(now_);
  machine_.OnJournalFailed("disk full", now_);
  EXPECT_EQ(machine_.OnBatch(12, Batch(2, 1), now_), BatchUse::kDrop);
  Pass(seconds(100));
  EXPECT_THAT(Said(), IsEmpty());
}

}  // namespace
}  // namespace specctl::controller
