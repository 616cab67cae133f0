// What a journal says of a run that was left, and the run that goes on from there.
#include "controller/run/run_past.h"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/controller/run/run_machine_fixture.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The run's controller dies and comes back: the machine is another one, made of the journal alone.
class RunPastTest : public RunMachineTest {
 protected:
  RunPastTest() {
    RunBegun begun;
    begun.spec.run_id = "run-1";
    begun.spec.load.agents = 3;
    begun.spec.load.shape = ClosedLoop{6};
    journal_.push_back(begun);
    journal_.push_back(TargetProbed{.target = 0, .url = "http://a:8000"});
  }

  RunPast Past() const {
    RunPast past;
    for (const Event& event : journal_) past.Apply(event);
    return past;
  }
  // Of a life that begins now, by the wall clock of the first.
  ControllerBegan LifeNow(const std::string& boot_id = "boot-a") const {
    return {.boot_id = boot_id,
            .mono_ns = MonoNs(now_),
            .unix_ns = MonoNs(now_) + kRealMinusMono.count() + clock_shift_.count()};
  }
  // It is away for so long.
  void Restart(Nanos away) {
    now_ += away;
    Resume(LifeNow());
  }
  // The same, on a host whose clock shows `mono` then.
  void MoveTo(const std::string& boot_id, MonoTime mono, Nanos away) {
    clock_shift_ += now_ + away - mono;
    now_ = mono;
    Resume(LifeNow(boot_id));
  }
  void Resume(const ControllerBegan& life) {
    RunPast past = Past();
    ASSERT_TRUE(past.CanResume());
    past.BeginLife(life);
    RunMachine::Options options = ThreeAgents();
    options.boot_id = life.boot_id;
    options.degrades_on_agent_loss = past.begun()->spec.load.degrades_on_agent_loss;
    std::destroy_at(&machine_);
    std::construct_at(&machine_, options, past, now_);
    arm_.reset();
  }
  // A first life, of a run that goes on without lost agents.
  void RestartDegrading() {
    RunMachine::Options options = ThreeAgents();
    options.degrades_on_agent_loss = true;
    std::destroy_at(&machine_);
    std::construct_at(&machine_, options, now_);
  }
  // Agents 0, 1, 2 dial again, over sessions 20, 21, 22.
  void DialAgain() {
    for (uint32_t agent = 0; agent < 3; ++agent) Up(20 + agent, agent);
  }
  void ProbeNow(uint32_t agent) {
    Tell(agent, ClockExchange{.controller_receive_mono_ns = MonoNs(now_)});
    Said();
  }
  // Of the journal, what follows the last event that is as `is` says never reached the disk.
  template <typename Is>
  void CutBehindLast(const Is& is) {
    while (!journal_.empty() && !is(journal_.back())) journal_.pop_back();
    ASSERT_FALSE(journal_.empty());
  }
  template <typename What>
  const What& Last() const {
    for (size_t i = journal_.size(); i-- > 0;) {
      if (const auto* what = std::get_if<What>(&journal_[i])) return *what;
    }
    ADD_FAILURE() << "none in the journal";
    return std::get<What>(journal_.back());
  }
  // What all agents have done to the end of the run.
  void EndIt() {
    for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
    EXPECT_THAT(Said(), Contains("scrape after"));
    machine_.OnScrapedAfter(now_);
    Said();
    ASSERT_TRUE(machine_.finished());
  }
  // A lost agent 1 is why the run drains: the others finish, and the end names it.
  void EndsByTheLossOfAgent1() {
    Up(22, 2);
    Done(0);
    Done(2);
    Said();
    machine_.OnScrapedAfter(now_);
    EXPECT_EQ(End(), RunEnd::kAgentLost);
    EXPECT_EQ(Reason(), "agent 1 (pid 7) was killed by signal 9");
  }

  Nanos clock_shift_{0};  // of this life's wall clock less monotonic, beyond that of the first
};

// --- what the journal says ----------------------------------------------------------------------

TEST_F(RunPastTest, ARunCanBeResumedFromT0UntilItsEnd) {
  EXPECT_FALSE(RunPast().CanResume());
  JoinAll();
  EXPECT_FALSE(Past().CanResume());
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  Said();
  EXPECT_FALSE(Past().CanResume()) << "agents may not have been told of T0";
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  EXPECT_TRUE(Past().CanResume());
  machine_.OnInterrupt(now_);
  machine_.OnInterrupt(now_);
  Said();
  EXPECT_FALSE(Past().CanResume());
  EXPECT_EQ(Past().ended()->end, RunEnd::kInterrupted);
}

TEST_F(RunPastTest, WhatWasRunAndByWhomIsKnown) {
  ToRunning();
  Take(1, Batch(1, 1));
  Take(1, Batch(1, 2));
  Done(1);
  Said();
  const RunPast past = Past();
  EXPECT_EQ(past.begun()->spec.run_id, "run-1");
  ASSERT_EQ(past.targets().size(), 1u);
  EXPECT_EQ(past.targets()[0].url, "http://a:8000");
  ASSERT_EQ(past.agents().size(), 3u);
  EXPECT_TRUE(past.agents()[0].joined);
  EXPECT_EQ(past.agents()[0].incarnation, 1u);
  EXPECT_EQ(past.agents()[0].last_seq, 0u);
  EXPECT_FALSE(past.agents()[0].ended);
  EXPECT_EQ(past.agents()[1].host.pid, 102u);
  EXPECT_EQ(past.agents()[1].last_seq, 2u);
  EXPECT_TRUE(past.agents()[1].ended);
  EXPECT_FALSE(past.agents()[1].lost);
  EXPECT_EQ(past.stage(), RunStage::kRunning);
  EXPECT_FALSE(past.ended());
  EXPECT_FALSE(past.DrainNow());
  EXPECT_FALSE(past.cause().end());
}

TEST_F(RunPastTest, AnEventOfAnAgentThatIsNoneIsPassedOver) {
  RunPast past = Past();
  past.Apply(AgentJoined{.agent = 3});
  past.Apply(AgentEnded{.agent = 3, .lost = true});
  past.Apply(Batch(3, 1));
  EXPECT_EQ(past.agents().size(), 3u);
  RunPast nothing;
  nothing.Apply(Batch(0, 1));
  nothing.Apply(AgentJoined{.agent = 0});
  EXPECT_TRUE(nothing.agents().empty());
}

TEST_F(RunPastTest, ALifeOfTheSameBootHasTheSameClock) {
  ToRunning();
  const int64_t t0 = Last<specctl::Armed>().t0_mono_ns;
  RunPast past = Past();
  now_ += seconds(100);
  past.BeginLife(LifeNow());
  EXPECT_EQ(past.ArmedNow().t0_mono_ns, t0);
  EXPECT_EQ(past.ArmedNow().t0_unix_ns, Last<specctl::Armed>().t0_unix_ns);
  EXPECT_EQ(past.ArmedNow().boot_id, "boot-a");
}

TEST_F(RunPastTest, OnAnotherHostTheWallClockTellsWhenT0Was) {
  ToRunning();
  machine_.OnInterrupt(now_);  // until 10 s from now
  Said();
  const auto armed = Last<specctl::Armed>();
  RunPast past = Past();
  // 40 s after T0 by the wall clock, on a host that was booted 7 s ago.
  past.BeginLife({.boot_id = "boot-b",
                  .mono_ns = 7'000'000'000,
                  .unix_ns = armed.t0_unix_ns + 40'000'000'000});
  EXPECT_EQ(past.ArmedNow().t0_mono_ns, -33'000'000'000);
  EXPECT_EQ(past.ArmedNow().t0_unix_ns, armed.t0_unix_ns);
  EXPECT_EQ(past.ArmedNow().boot_id, "boot-b");
  ASSERT_TRUE(past.DrainNow());
  EXPECT_EQ(past.DrainNow()->until_mono_ns - past.ArmedNow().t0_mono_ns,
            MonoNs(now_) + 10'000'000'000 - armed.t0_mono_ns);
  EXPECT_EQ(past.DrainNow()->reason, DrainReason::kInterrupted);
}

// --- what agents are told -----------------------------------------------------------------------

TEST_F(RunPastTest, ArmIsSaidAgainToAgentsThatDialAndNothingElse) {
  ToRunning();
  const auto armed = Last<specctl::Armed>();
  Restart(seconds(5));
  EXPECT_THAT(Said(), ElementsAre("controller began"));
  Up(20, 0);
  EXPECT_THAT(Said(), ElementsAre("arm 20"));
  ASSERT_TRUE(arm_);
  EXPECT_EQ(arm_->t0_agent_mono_ns, armed.t0_mono_ns);
  EXPECT_EQ(arm_->t0_unix_ns, armed.t0_unix_ns);
  Prepared(0);  // said again, as after every cut
  EXPECT_THAT(Said(), IsEmpty()) << "nothing is scraped before T0 twice";
  Armed(0);
  Up(30, 0);
  EXPECT_THAT(Said(), IsEmpty()) << "it knows";
}

TEST_F(RunPastTest, NothingIsSaidBeforeTheLifeIsOnDisk) {
  ToRunning();
  Restart(seconds(5));
  syncs_ = false;
  Up(20, 0);
  EXPECT_THAT(Said(), ElementsAre("controller began", "sync"));
  machine_.OnSynced(now_);
  EXPECT_THAT(Said(), ElementsAre("arm 20"));
}

TEST_F(RunPastTest, ARunThatWasLeftBetweenT0AndItsBeginBegins) {
  JoinAll();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  Restart(seconds(1));
  EXPECT_THAT(Said(), ElementsAre("controller began", "stage running"));
  DialAgain();
  EXPECT_THAT(Said(), ElementsAre("arm 20", "arm 21", "arm 22"));
}

// The change of stage stands behind it, and the disk took but the first of the two.
TEST_F(RunPastTest, AJournalThatEndsWithT0IsOfAnArmedRun) {
  JoinAll();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  CutBehindLast([](const Event& event) { return std::holds_alternative<specctl::Armed>(event); });
  Restart(seconds(1));
  DialAgain();
  EXPECT_THAT(Said(), Contains("stage running"));
  EXPECT_EQ(machine_.stage(), RunStage::kRunning);
}

TEST_F(RunPastTest, AnAgentOnAnotherHostThanTheControllersTakesTheWallClock) {
  ToRunning();
  MoveTo("boot-b", MonoTime(seconds(50)), seconds(5));
  Said();
  Up(20, 0, "boot-a");
  Said();
  ASSERT_TRUE(arm_);
  EXPECT_FALSE(arm_->t0_agent_mono_ns) << "the controller can't tell what its clock showed";
  EXPECT_EQ(arm_->t0_unix_ns, Last<specctl::Armed>().t0_unix_ns);
}

// --- batches ------------------------------------------------------------------------------------

TEST_F(RunPastTest, WhatIsInTheJournalIsAcknowledgedAndNotTakenTwice) {
  ToRunning();
  Take(0, Batch(0, 1));
  Take(0, Batch(0, 2));
  Said();
  Restart(seconds(5));
  Up(20, 0);
  EXPECT_THAT(Said(), ElementsAre("controller began", "ack 20 2", "arm 20"));
  EXPECT_EQ(Take(0, Batch(0, 1)), BatchUse::kDrop);
  EXPECT_EQ(Take(0, Batch(0, 2)), BatchUse::kDrop);
  EXPECT_THAT(Said(), ElementsAre("ack 20 2", "ack 20 2"));
  EXPECT_EQ(Take(0, Batch(0, 3)), BatchUse::kJournal);
  now_ += milliseconds(100);
  EXPECT_THAT(Said(), ElementsAre("ack 20 3"));
  Up(21, 1);
  EXPECT_EQ(Take(1, Batch(1, 1)), BatchUse::kJournal) << "of this one nothing had come";
}

TEST_F(RunPastTest, ABatchThatIsMissingIsNotPassedOver) {
  ToRunning();
  Take(0, Batch(0, 1));
  Restart(seconds(5));
  Up(20, 0);
  Said();
  EXPECT_EQ(Take(0, Batch(0, 3)), BatchUse::kDrop);
  EXPECT_THAT(Said(), Contains("lost 0"));
}

TEST_F(RunPastTest, FailuresOfBeforeCount) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kOk, 9);
  Take(0, batch);
  batch = Batch(1, 1);
  Add(batch, Outcome::kFailed, 1, "refused");
  Take(1, batch);
  Said();
  Restart(seconds(5));
  DialAgain();
  Said();
  batch = Batch(1, 2);
  Add(batch, Outcome::kFailed, 1, "refused");
  Take(1, batch);  // 2 of 11
  EXPECT_THAT(Said(), Contains("drain 20 failures 30"));
  EndIt();
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
  EXPECT_THAT(Reason(), HasSubstr("2 of 11 requests failed or timed out"));
}

// --- a run that drains --------------------------------------------------------------------------

TEST_F(RunPastTest, ADrainGoesOnWithWhatIsLeftOfItsTimeAndItsReason) {
  ToRunning();
  machine_.OnInterrupt(now_, StopCause::kControllerEnds);
  Said();
  Restart(seconds(4));
  DialAgain();
  EXPECT_THAT(Said(), ElementsAre("controller began", "arm 20", "drain 20 interrupted 6", "arm 21",
                                  "drain 21 interrupted 6", "arm 22", "drain 22 interrupted 6"));
  EndIt();
  EXPECT_EQ(End(), RunEnd::kInterrupted);
  EXPECT_EQ(Reason(), "the controller was told to end (SIGTERM or Ctrl-C)");
}

TEST_F(RunPastTest, ADrainWhoseTimeIsOverLetsAgentsSayWhatTheyHave) {
  ToRunning();
  ProbeNow(0);
  machine_.OnInterrupt(now_);
  Said();
  Restart(seconds(600));
  DialAgain();
  EXPECT_THAT(Said(), Contains("drain 20 interrupted 0"));
  EXPECT_THAT(PassBeating(seconds(29), {0, 1, 2}), IsEmpty());
  EXPECT_THAT(PassBeating(seconds(2), {0, 1, 2}), Contains("lost 0"));
}

TEST_F(RunPastTest, ADrainOnAnotherHostHasAsMuchTimeLeft) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  MoveTo("boot-b", MonoTime(seconds(20)), seconds(3));
  Up(20, 0);
  EXPECT_THAT(Said(), Contains("drain 20 interrupted 7"));
}

TEST_F(RunPastTest, ASecondInterruptionStillStopsAtOnce) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  Restart(seconds(1));
  DialAgain();
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
  EXPECT_EQ(Reason(), "interrupted twice: stopped at once");
}

// The others have less time left than an interruption gives, which changes nothing for them.
TEST_F(RunPastTest, AnInterruptionOfARunThatDrainsAlreadyIsKnownToTheNextLife) {
  ToRunning();
  Died(1, "agent 1 (pid 7) was killed by signal 9");
  Cut(1);
  PassBeating(seconds(25), {0, 2});
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain begun interrupted"));
  Restart(seconds(1));
  Up(20, 0);
  EXPECT_THAT(Said(), Contains("drain 20 interrupted 4"));
  Up(22, 2);
  Done(0);
  Done(2);
  EXPECT_THAT(Said(), Contains("scrape after"));
  machine_.OnInterrupt(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
  EXPECT_EQ(Reason(), "interrupted twice: stopped at once");
}

TEST_F(RunPastTest, ARunThatWasPreciseEnoughIsComplete) {
  ToRunning();
  machine_.OnPreciseEnough("ttft_ms_p99 +-4.9% after 60 s of the hold", now_);
  Said();
  Restart(seconds(1));
  DialAgain();
  Said();
  EndIt();
  EXPECT_EQ(End(), RunEnd::kCompleted);
  EXPECT_EQ(Reason(), "ttft_ms_p99 +-4.9% after 60 s of the hold");
}

TEST_F(RunPastTest, WhyItDrainsIsToldWhereItDrainedAlready) {
  ToRunning();
  AgentBatch idle = Batch(2, 1);
  idle.first_idle_mono_ns = 1;
  Take(2, idle);
  AgentBatch failing = Batch(0, 1);
  Add(failing, Outcome::kFailed, 12, "refused");
  Take(0, failing);
  EXPECT_THAT(Said(), Contains("drain begun failures"));
  Restart(seconds(1));
  DialAgain();
  Said();
  EndIt();
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
  EXPECT_THAT(Reason(), HasSubstr("12 of 12 requests failed or timed out"));
}

TEST_F(RunPastTest, AHoldThatHadEndedIsNotEndedTwice) {
  ToRunning();
  AgentBatch idle = Batch(2, 1);
  idle.first_idle_mono_ns = 1;
  Take(2, idle);
  EXPECT_THAT(Said(), Contains("stage draining"));
  Restart(seconds(1));
  Up(20, 0);
  Said();
  idle = Batch(0, 1);
  idle.first_idle_mono_ns = 2;
  Take(0, idle);
  EXPECT_THAT(Said(), Not(Contains("stage draining")));
}

// --- agents that have ended ---------------------------------------------------------------------

TEST_F(RunPastTest, AnAgentThatHadEndedStaysEnded) {
  ToRunning();
  Take(1, Batch(1, 1));
  Done(1);
  Said();
  Restart(seconds(5));
  Up(20, 0);
  Up(22, 2);
  EXPECT_THAT(Said(), ElementsAre("controller began", "arm 20", "arm 22"));
  EXPECT_THAT(PassBeating(seconds(40), {0, 2}), IsEmpty()) << "nobody waits for it";
  Done(0);
  Done(2);
  EXPECT_THAT(Said(), ElementsAre("done 0", "done 2", "stage done", "scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunPastTest, ALostAgentStaysLostAndIsTheReason) {
  ToRunning();
  Died(1, "agent 1 (pid 7) was killed by signal 9");
  Cut(1);
  Said();
  Restart(seconds(5));
  Up(20, 0);
  EXPECT_THAT(Said(), ElementsAre("controller began", "arm 20", "drain 20 agent lost 25"));
  EXPECT_EQ(Take(1, Batch(1, 1)), BatchUse::kDrop);
  EndsByTheLossOfAgent1();
}

// The disk took the loss, and not the drain that follows from it.
TEST_F(RunPastTest, AJournalThatEndsWithALossIsOfARunThatDrains) {
  ToRunning();
  Died(1, "agent 1 (pid 7) was killed by signal 9");
  Cut(1);
  Said();
  CutBehindLast([](const Event& event) { return std::holds_alternative<AgentEnded>(event); });
  Restart(seconds(5));
  Up(20, 0);
  EXPECT_THAT(Said(), Contains("drain 20 agent lost 30"));
  EndsByTheLossOfAgent1();
}

TEST_F(RunPastTest, ARunThatGoesOnWithoutALostAgentStillDoes) {
  std::get<RunBegun>(journal_[0]).spec.load.degrades_on_agent_loss = true;
  RestartDegrading();
  ToRunning();
  Died(1, "agent 1 (pid 7) was killed by signal 9");
  Cut(1);
  EXPECT_THAT(Said(), ElementsAre("lost 1", "drop 1"));
  Restart(seconds(5));
  Up(20, 0);
  Up(22, 2);
  EXPECT_THAT(Said(), ElementsAre("controller began", "arm 20", "arm 22"));
  EXPECT_EQ(Take(1, Batch(1, 1)), BatchUse::kDrop);
  EXPECT_THAT(PassBeating(seconds(40), {0, 2}), IsEmpty()) << "nobody waits for it";
  // The one after it as well; and with the last the run ends as it always did.
  Died(0, "agent 0 (pid 6) was killed by signal 9");
  Cut(0);
  Said();
  Died(2, "agent 2 (pid 8) was killed by signal 9");
  Cut(2);
  Said();
  CutBehindLast([](const Event& event) { return std::holds_alternative<AgentEnded>(event); });
  Restart(seconds(5));
  EXPECT_THAT(Said(), Contains("scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 2 (pid 8) was killed by signal 9");
}

TEST_F(RunPastTest, WhereAllHadEndedTheRunIsDoneAtOnce) {
  ToRunning();
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  Said();
  CutBehindLast([](const Event& event) { return std::holds_alternative<AgentEnded>(event); });
  Restart(seconds(5));
  EXPECT_THAT(Said(), ElementsAre("controller began", "stage done", "scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_THAT(Said(), ElementsAre("run ended"));
  EXPECT_EQ(End(), RunEnd::kCompleted);
  EXPECT_TRUE(machine_.finished());
}

TEST_F(RunPastTest, ADoneRunWithoutItsEndScrapesAgain) {
  ToRunning();
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  EXPECT_THAT(Said(), Contains("scrape after"));
  Restart(seconds(5));
  EXPECT_THAT(Said(), ElementsAre("controller began", "scrape after"));
  EXPECT_EQ(machine_.stage(), RunStage::kDone);
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunPastTest, ADoneRunIsWhatItsRequestsMadeOfIt) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kFailed, 3, "refused");  // too few to end it early
  Take(0, batch);
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  EXPECT_THAT(Said(), Contains("scrape after"));
  Restart(seconds(5));
  Said();
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
  EXPECT_THAT(Reason(), HasSubstr("3 of 3 requests failed or timed out"));
}

// --- time ---------------------------------------------------------------------------------------

TEST_F(RunPastTest, AgentsHaveTheirTimeOutToDialAgain) {
  ToRunning();
  ProbeNow(0);
  Restart(seconds(600));
  EXPECT_THAT(PassBeating(seconds(30), {}), ElementsAre("controller began"));
  Up(20, 0);
  Up(22, 2);
  Said();
  EXPECT_THAT(PassBeating(seconds(1), {0, 2}), Contains("lost 1"));
}

TEST_F(RunPastTest, TimeAwayIsNobodysLateness) {
  ToRunning();
  ProbeNow(0);
  Restart(seconds(400));  // beyond the limit of 300 s, its grace and its patience
  DialAgain();
  Said();
  for (uint32_t agent = 0; agent < 3; ++agent) Armed(agent);
  EXPECT_THAT(PassBeating(seconds(355), {0, 1, 2}), IsEmpty());
  EXPECT_THAT(PassBeating(seconds(6), {0, 1, 2}), Contains("lost 0"));
}

TEST_F(RunPastTest, TimesAwayOfSeveralLivesAddUp) {
  ToRunning();
  ProbeNow(0);
  Restart(seconds(200));
  DialAgain();
  for (uint32_t agent = 0; agent < 3; ++agent) Armed(agent);
  Said();
  ProbeNow(0);
  Restart(seconds(200));
  DialAgain();
  for (uint32_t agent = 0; agent < 3; ++agent) Armed(agent);
  EXPECT_THAT(Said(), Contains("controller began"));
  EXPECT_THAT(PassBeating(seconds(355), {0, 1, 2}), IsEmpty());
  EXPECT_THAT(PassBeating(seconds(6), {0, 1, 2}), Contains("lost 0"));
}

TEST_F(RunPastTest, ALifeOnAnotherHostIsFollowedByOneOnTheFirst) {
  ToRunning();
  const int64_t t0 = Last<specctl::Armed>().t0_mono_ns;
  MoveTo("boot-b", MonoTime(seconds(50)), seconds(5));
  DialAgain();
  Said();
  machine_.OnInterrupt(now_);  // at 50 s of that clock
  Said();
  MoveTo("boot-a", MonoTime(seconds(1010)), seconds(4));
  EXPECT_EQ(clock_shift_, Nanos(0)) << "1001 s and 9 s later";
  Up(20, 0);
  EXPECT_THAT(Said(), Contains("drain 20 interrupted 6"));
  ASSERT_TRUE(arm_);
  EXPECT_EQ(arm_->t0_agent_mono_ns, t0);
}

}  // namespace
}  // namespace specctl::controller
