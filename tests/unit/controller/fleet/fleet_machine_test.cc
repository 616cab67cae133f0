#include "controller/fleet/fleet_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <utility>

#include "common/base/hash.h"

namespace specctl::controller {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Sessions and incarnations are numbered by the test.  What the machine decides is told as short
// words: "release 10 run-1" is Release(run-1) to session 10, "up 2 10" tells the run that its agent
// 2 is there over session 10.
class FleetMachineTest : public ::testing::Test {
 protected:
  std::vector<std::string> Said() {
    std::vector<std::string> words;
    for (const FleetCommand& command : Commands()) {
      words.push_back(std::visit([](const auto& what) { return Word(what); }, command));
    }
    return words;
  }
  // What has been decided, as it is.
  std::vector<FleetCommand> Commands() {
    Hear();
    return std::exchange(commands_, {});
  }
  void Hello(SessionId session, uint64_t incarnation,
             std::optional<uint32_t> spawn_number = std::nullopt,
             const std::vector<std::string>& held = {}) {
    AgentHello hello;
    hello.incarnation = incarnation;
    hello.resume_secret = secrets_[incarnation];
    hello.spawn_number = spawn_number;
    for (const std::string& run : held) hello.held.push_back({.run_id = run});
    Say(session, hello);
  }
  // It is known to have its secret.
  void HelloAndBeat(SessionId session, uint64_t incarnation) {
    Hello(session, incarnation);
    Say(session, AgentHeartbeat{});
    Said();
  }
  // By incarnations.  Of one that this test has not let join before, the secret is "old <number>".
  void Resume(const std::vector<std::optional<uint64_t>>& incarnations) {
    FleetRoster roster;
    for (const auto& incarnation : incarnations) {
      roster.emplace_back();
      if (!incarnation) continue;
      std::string& secret = secrets_[*incarnation];
      if (secret.empty()) secret = "old " + std::to_string(*incarnation);
      roster.back() = FleetSeat{*incarnation, Sha256Hex(secret)};
    }
    fleet_.ResumeRun("run-1", std::move(roster));
  }
  // Another life of the controller, which left a run.
  void Reborn() {
    std::destroy_at(&fleet_);
    std::construct_at(&fleet_, FleetMachine::Options{.resuming = true});
  }
  void Say(SessionId session, SessionEvent event) {
    if (const auto* hello = std::get_if<AgentHello>(&event)) by_[session] = hello->incarnation;
    fleet_.OnSession({.session = session, .event = std::move(event)}, now_);
    Hear();
  }
  void Probe(uint64_t incarnation, int64_t at) {
    fleet_.OnClock({.incarnation = incarnation, .exchange = {.agent_send_mono_ns = at}}, now_);
  }

  MonoTime now_{seconds(1000)};
  FleetMachine fleet_{FleetMachine::Options()};
  std::map<uint64_t, std::string> secrets_;  // by incarnation, as its last Welcome said

 private:
  void Hear() {
    for (FleetCommand& command : fleet_.TakeCommands()) {
      const auto* to = std::get_if<ToSession>(&command);
      const auto* welcome = to == nullptr ? nullptr : std::get_if<WelcomeAgent>(&to->message);
      if (welcome != nullptr) secrets_[by_[to->session]] = welcome->resume_secret;
      commands_.push_back(std::move(command));
    }
  }
  std::vector<FleetCommand> commands_;  // heard, and not asked for yet
  std::map<SessionId, uint64_t> by_;    // incarnations, by what they said Hello over

  static std::string Number(uint64_t number) { return " " + std::to_string(number); }
  static std::string Word(const ToSession& to) {
    if (std::holds_alternative<WelcomeAgent>(to.message)) return "welcome" + Number(to.session);
    if (std::holds_alternative<DismissAgent>(to.message)) return "dismiss" + Number(to.session);
    return "release" + Number(to.session) + " " + std::get<ReleaseRun>(to.message).run_id;
  }
  static std::string Word(const CloseSession& close) {
    return "close" + Number(close.session) + " " + std::string(close.status.message());
  }
  static std::string Word(const ConsumeInput& consume) {
    return "consume" + Number(consume.session);
  }
  static std::string Word(const ToRun& to) {
    const RunInput& input = to.input;
    if (const auto* up = std::get_if<AgentUp>(&input.event)) {
      return "up" + Number(input.agent) + Number(up->session);
    }
    if (std::holds_alternative<AgentCut>(input.event)) return "cut" + Number(input.agent);
    if (const auto* died = std::get_if<AgentDied>(&input.event)) {
      return "died" + Number(input.agent) + " " + died->how;
    }
    if (const auto* probe = std::get_if<ClockExchange>(&input.event)) {
      return "probe" + Number(input.agent) +
             Number(static_cast<uint64_t>(probe->agent_send_mono_ns));
    }
    return "said" + Number(input.agent) + Number(input.consume);
  }
};

TEST_F(FleetMachineTest, MembersJoinAndARunTakesThemInTheirOrder) {
  Hello(10, 1);
  Hello(11, 2);
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10", "consume 11", "welcome 11"));
  fleet_.BeginRun("run-1", 2, now_);
  EXPECT_THAT(Said(), ElementsAre("up 0 10", "up 1 11"));
  Say(11, AgentHeartbeat{});
  EXPECT_THAT(Said(), ElementsAre("said 1 11"));
}

TEST_F(FleetMachineTest, SpawnedOnesHaveTheirPlaceBeforeTheyDial) {
  for (uint32_t number = 0; number < 3; ++number) fleet_.OnSpawned(number, now_);
  EXPECT_EQ(fleet_.spawned_alive(), 3u);
  fleet_.BeginRun("run-1", 2, now_);
  Hello(10, 7, 1);
  Hello(11, 8, 2);
  Hello(12, 9, 0);
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10", "up 1 10", "consume 11", "welcome 11",
                                  "consume 12", "welcome 12", "up 0 12"));
  fleet_.OnProcessDied(1, "killed", now_);
  fleet_.OnProcessDied(2, "killed", now_);
  EXPECT_THAT(Said(), ElementsAre("died 1 killed"));  // the third serves no run
  EXPECT_EQ(fleet_.spawned_alive(), 1u);
}

TEST_F(FleetMachineTest, WhoComesDuringARunTakesAFreePlaceOrWaitsForTheNext) {
  Hello(10, 1);
  fleet_.BeginRun("run-1", 2, now_);
  Said();
  Hello(11, 2);
  Hello(12, 3);
  EXPECT_THAT(Said(),
              ElementsAre("consume 11", "welcome 11", "up 1 11", "consume 12", "welcome 12"));
  fleet_.EndRun();
  EXPECT_THAT(Said(), ElementsAre("release 10 run-1", "release 11 run-1"));
  fleet_.BeginRun("run-2", 3, now_);
  EXPECT_THAT(Said(), ElementsAre("up 0 10", "up 1 11", "up 2 12"));
}

TEST_F(FleetMachineTest, APlaceIsKeptOverACut) {
  Hello(10, 1);
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Say(10, SessionCut{});
  EXPECT_THAT(Said(), ElementsAre("cut 0"));
  Hello(20, 1, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 20", "welcome 20", "up 0 20"));
}

TEST_F(FleetMachineTest, ASessionThatIsOnlyHalfDeadIsReplaced) {
  Hello(10, 1);
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Hello(20, 1, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 20", "close 10 session: the agent dialled again",
                                  "welcome 20", "up 0 20"));
  Say(10, AgentHeartbeat{});
  Say(10, SessionCut{});
  EXPECT_THAT(Said(), ElementsAre("consume 10"));  // of nobody
}

TEST_F(FleetMachineTest, ARestartedProcessJoinsTheFleetAndNotTheRun) {
  Hello(10, 1);
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Say(10, SessionCut{});
  Hello(11, 2);
  EXPECT_THAT(Said(), ElementsAre("cut 0", "consume 11", "welcome 11"));
}

TEST_F(FleetMachineTest, ARunThatIsOverIsReleasedWhenItsAgentDialsAgain) {
  Hello(10, 1);
  fleet_.BeginRun("run-1", 1, now_);
  Say(10, SessionCut{});
  fleet_.EndRun();
  Said();
  fleet_.BeginRun("run-2", 1, now_);
  EXPECT_THAT(Said(), IsEmpty());  // it is away
  Hello(20, 1, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 20", "welcome 20", "release 20 run-1", "up 0 20"));
}

TEST_F(FleetMachineTest, ADroppedAgentReleasesTheRunAndIsNotHeardInIt) {
  Hello(10, 1);
  Hello(11, 2);
  fleet_.BeginRun("run-1", 2, now_);
  Said();
  fleet_.Drop(1);
  EXPECT_THAT(Said(), ElementsAre("release 11 run-1"));
  Say(11, AgentHeartbeat{});
  EXPECT_THAT(Said(), ElementsAre("consume 11"));
  Say(11, SessionCut{});
  Hello(21, 2, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 21", "welcome 21", "release 21 run-1"));
  fleet_.EndRun();
  fleet_.BeginRun("run-2", 2, now_);
  EXPECT_THAT(Said(), ElementsAre("release 10 run-1", "up 0 10", "up 1 21"));
}

TEST_F(FleetMachineTest, ANumberIsOfOneProcess) {
  fleet_.OnSpawned(0, now_);
  Hello(10, 1, 0);
  Said();
  Hello(11, 2, 0);
  Hello(12, 3, 4);
  EXPECT_THAT(Said(), ElementsAre("consume 11", "close 11 agent 0: another process has this number",
                                  "consume 12",
                                  "close 12 agent 4: no process was started with this number"));
}

TEST_F(FleetMachineTest, ARunBeginsWithTheProbesOfTheLastTenMinutes) {
  Hello(10, 1);
  Probe(1, 5);
  now_ += minutes(6);
  Probe(1, 6);
  now_ += minutes(5);
  Probe(1, 7);
  Probe(2, 8);  // of nobody
  Said();
  fleet_.BeginRun("run-1", 1, now_);
  EXPECT_THAT(Said(), ElementsAre("up 0 10", "probe 0 6", "probe 0 7"));
  Probe(1, 9);
  EXPECT_THAT(Said(), ElementsAre("probe 0 9"));
  Say(10, SessionCut{});
  Hello(20, 1, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("cut 0", "consume 20", "welcome 20", "up 0 20"));
}

TEST_F(FleetMachineTest, WhoIsAwayWhenARunBeginsBringsItsProbesWhenItComes) {
  fleet_.OnSpawned(0, now_);
  Hello(10, 1, 0);
  Probe(1, 5);
  Say(10, SessionCut{});
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Hello(20, 1, 0);
  EXPECT_THAT(Said(), ElementsAre("consume 20", "welcome 20", "up 0 20", "probe 0 5"));
}

TEST_F(FleetMachineTest, ARunHearsOfProcessesThatDiedBeforeItWhereItMissesThem) {
  for (uint32_t number = 0; number < 3; ++number) fleet_.OnSpawned(number, now_);
  fleet_.OnProcessDied(0, "exited", now_);
  fleet_.BeginRun("run-1", 2, now_);
  EXPECT_THAT(Said(), IsEmpty());  // two others will come
  fleet_.EndRun();
  fleet_.OnProcessDied(1, "killed", now_);
  fleet_.BeginRun("run-2", 2, now_);
  EXPECT_THAT(Said(), ElementsAre("died 1 killed"));  // not of 0, which run-1 could do without
  fleet_.EndRun();
  fleet_.BeginRun("run-3", 2, now_);
  EXPECT_THAT(Said(), IsEmpty());  // told once; one may still join
}

TEST_F(FleetMachineTest, WhoStaysAwayIsForgotten) {
  Hello(10, 1);
  Hello(11, 2);
  Say(10, SessionCut{});
  EXPECT_EQ(fleet_.members().size(), 2u);
  now_ += minutes(16);
  fleet_.OnTick(now_);
  EXPECT_EQ(fleet_.members().size(), 1u);
}

TEST_F(FleetMachineTest, AtTheEndStartedProcessesAreDismissedAndOthersAreToDialAgain) {
  fleet_.OnSpawned(0, now_);
  Hello(10, 1, 0);
  Hello(11, 2);
  Hello(12, 3);
  Say(12, SessionCut{});
  Said();
  fleet_.Dismiss();
  const std::vector<FleetCommand> commands = Commands();
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<DismissAgent>(std::get<ToSession>(commands[0]).message));
  EXPECT_TRUE(std::get<CloseSession>(commands[1]).status.ok());
  EXPECT_EQ(std::get<CloseSession>(commands[2]).session, 11u);
  EXPECT_EQ(std::get<CloseSession>(commands[2]).status,
            absl::UnavailableError("the controller is ending"));
}

// --- who a process is ---------------------------------------------------------------------------

constexpr const char* kNoSecret = "session: this Hello lacks the secret that its process was given";

TEST_F(FleetMachineTest, TheSecretIsDemandedOnceTheAgentHasShownThatItHasIt) {
  Say(10, AgentHello{.incarnation = 1});
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10"));
  Say(10, SessionCut{});
  Say(11, AgentHello{.incarnation = 1});
  EXPECT_THAT(Said(), ElementsAre("consume 11", "welcome 11")) << "its Welcome may have been lost";
  Say(11, AgentHeartbeat{});
  Say(11, SessionCut{});
  Said();
  Say(12, AgentHello{.incarnation = 1});
  EXPECT_THAT(Said(), ElementsAre("consume 12", std::string("close 12 ") + kNoSecret));
  Hello(13, 1);
  EXPECT_THAT(Said(), ElementsAre("consume 13", "welcome 13"));
}

TEST_F(FleetMachineTest, WelcomeGivesEachProcessASecretOfItsOwn) {
  for (uint64_t incarnation : {1, 2, 0x11})
    Say(10 + incarnation, AgentHello{.incarnation = incarnation});
  EXPECT_EQ(secrets_[1].size(), 64u);
  EXPECT_NE(secrets_[1], secrets_[2]);
  EXPECT_NE(secrets_[1], secrets_[0x11]);
  const std::string first = secrets_[1];
  Hello(20, 1);
  EXPECT_EQ(secrets_[1], first) << "over a cut it keeps it";
}

TEST_F(FleetMachineTest, ARunHearsTheDigestAlone) {
  fleet_.BeginRun("run-1", 1, now_);
  Hello(10, 1);
  bool told = false;
  for (const FleetCommand& command : Commands()) {
    const auto* to = std::get_if<ToRun>(&command);
    if (to == nullptr) continue;
    EXPECT_EQ(std::get<AgentUp>(to->input.event).resume_secret_sha256, Sha256Hex(secrets_[1]));
    told = true;
  }
  EXPECT_TRUE(told);
}

TEST_F(FleetMachineTest, WithoutRandomBytesNobodyIsWelcome) {
  std::destroy_at(&fleet_);
  std::construct_at(&fleet_, FleetMachine::Options{.make_secret = [] {
    return absl::StatusOr<std::string>(absl::InternalError("no entropy"));
  }});
  Hello(10, 1);
  EXPECT_THAT(Said(), ElementsAre("consume 10", "close 10 session: no entropy"));
  EXPECT_TRUE(fleet_.members().empty());
}

TEST_F(FleetMachineTest, AWrongSecretIsRefusedAndHarmsNobody) {
  HelloAndBeat(10, 1);
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Say(11, AgentHello{.incarnation = 1, .resume_secret = Sha256Hex(secrets_[1])});
  EXPECT_THAT(Said(), ElementsAre("consume 11", std::string("close 11 ") + kNoSecret));
  Say(10, AgentHeartbeat{});
  EXPECT_THAT(Said(), ElementsAre("said 0 10")) << "its session goes on";
  Say(11, SessionCut{});
  EXPECT_THAT(Said(), IsEmpty()) << "of nobody";
  ASSERT_EQ(fleet_.members().size(), 1u);
  EXPECT_TRUE(fleet_.members()[0].connected);
  EXPECT_TRUE(fleet_.members()[0].in_run);
}

TEST_F(FleetMachineTest, ARefusalHasItsCode) {
  HelloAndBeat(10, 1);
  Say(11, AgentHello{.incarnation = 1});
  const std::vector<FleetCommand> commands = Commands();
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(std::get<CloseSession>(commands[1]).status.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(FleetMachineTest, MembersAreToldAsTheyAre) {
  AgentHello hello{.specctl_version = "1.2.3", .incarnation = 1, .name = "pod-0"};
  hello.host.hostname = "node-a";
  Say(10, hello);
  Hello(11, 2);
  Say(11, SessionCut{});
  const std::vector<FleetMember> members = fleet_.members();
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].name, "pod-0");
  EXPECT_EQ(members[0].host.hostname, "node-a");
  EXPECT_EQ(members[0].specctl_version, "1.2.3");
  EXPECT_TRUE(members[0].connected);
  EXPECT_FALSE(members[0].in_run);
  EXPECT_FALSE(members[1].connected);
}

// --- one name -----------------------------------------------------------------------------------

AgentHello Named(uint64_t incarnation, int64_t started_unix_ns) {
  AgentHello hello{.incarnation = incarnation, .name = "pod-0", .started_unix_ns = started_unix_ns};
  hello.host.pid = static_cast<uint32_t>(100 + incarnation);
  return hello;
}

TEST_F(FleetMachineTest, OfTwoProcessesWithOneNameTheNewerStays) {
  Say(10, Named(1, 1'000));
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Say(11, Named(2, 2'000));
  constexpr const char* kGone =
      "agent pod-0 (pid 101) is gone: another process of this name was started after it";
  EXPECT_THAT(Said(), ElementsAre("consume 11", std::string("close 10 ") + kGone,
                                  std::string("died 0 ") + kGone, "welcome 11"));
  ASSERT_EQ(fleet_.members().size(), 1u);
  EXPECT_EQ(fleet_.members()[0].host.pid, 102u);
  fleet_.EndRun();
  fleet_.BeginRun("run-2", 1, now_);
  EXPECT_THAT(Said(), ElementsAre("up 0 11"));
}

TEST_F(FleetMachineTest, HowTheOlderEndedIsToldWhereTheNewerKnowsIt) {
  Say(10, Named(1, 1'000));
  fleet_.BeginRun("run-1", 1, now_);
  Say(10, SessionCut{});
  Said();
  AgentHello newer = Named(2, 2'000);
  newer.predecessor_end = "was killed by signal 9";
  Say(11, newer);
  EXPECT_THAT(Said(), ElementsAre("consume 11",
                                  "died 0 agent pod-0 (pid 101) was killed by signal 9: another "
                                  "process of this name was started after it",
                                  "welcome 11"));
}

TEST_F(FleetMachineTest, OfTwoProcessesWithOneNameTheOlderIsRefused) {
  Say(11, Named(2, 2'000));
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Say(10, Named(1, 1'000));
  EXPECT_THAT(Said(), ElementsAre("consume 10",
                                  "close 10 agent pod-0: another process of this name has joined, "
                                  "and was started later; use --name to tell agents apart"));
  Say(11, AgentHeartbeat{});
  EXPECT_THAT(Said(), ElementsAre("said 0 11"));
  EXPECT_EQ(fleet_.members().size(), 1u);
}

TEST_F(FleetMachineTest, WhoWasSupersededWhileItWasAwayIsRefused) {
  Say(10, Named(1, 1'000));
  fleet_.BeginRun("run-1", 1, now_);
  Say(10, SessionCut{});
  Said();
  Say(11, Named(2, 2'000));
  EXPECT_THAT(Said(), ElementsAre("consume 11",
                                  "died 0 agent pod-0 (pid 101) is gone: another process of this "
                                  "name was started after it",
                                  "welcome 11"));
  Say(12, Named(1, 1'000));
  EXPECT_THAT(Said(), ElementsAre("consume 12", ::testing::StartsWith("close 12 agent pod-0: ")));
  EXPECT_EQ(fleet_.members().size(), 1u);
}

// Clocks of nodes differ.
TEST_F(FleetMachineTest, ANamesakeThatIsAwayIsNotTakenForTheNewer) {
  Say(11, Named(2, 2'000));
  Say(11, SessionCut{});
  Said();
  Say(10, Named(1, 1'000));
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10"));
  ASSERT_EQ(fleet_.members().size(), 1u);
  EXPECT_EQ(fleet_.members()[0].host.pid, 101u);
}

TEST_F(FleetMachineTest, OneProcessIsNotItsOwnNamesake) {
  Say(10, Named(1, 1'000));
  fleet_.BeginRun("run-1", 1, now_);
  Said();
  Say(10, SessionCut{});
  Say(11, Named(1, 1'000));
  EXPECT_THAT(Said(), ElementsAre("cut 0", "consume 11", "welcome 11", "up 0 11"));
}

TEST_F(FleetMachineTest, ProcessesWithoutANameAreAllTheirOwn) {
  Hello(10, 1);
  Hello(11, 2);
  EXPECT_EQ(fleet_.members().size(), 2u);
}

// --- a run of an earlier life -------------------------------------------------------------------

TEST_F(FleetMachineTest, UntilTheRunIsResumedAgentsAreToldToDialAgain) {
  Reborn();
  Hello(10, 1, std::nullopt, {"run-1"});
  const std::vector<FleetCommand> commands = Commands();
  ASSERT_EQ(commands.size(), 2u) << "nothing is released";
  EXPECT_EQ(std::get<CloseSession>(commands[1]).status,
            absl::UnavailableError("the controller reads the journal of the run it left"));
  EXPECT_TRUE(fleet_.members().empty());
  Resume({1});
  Hello(11, 1, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 11", "welcome 11", "up 0 11"));
}

TEST_F(FleetMachineTest, WhereThereIsNothingToResumeAgentsAreWelcome) {
  Reborn();
  fleet_.GiveUpResuming();
  Hello(10, 1, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10", "release 10 run-1"));
}

TEST_F(FleetMachineTest, WhoHoldsARunThatBeginsAnewJoinsItWithoutWhatItHolds) {
  fleet_.BeginRun("run-1", 1, now_);
  Hello(10, 1, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10", "release 10 run-1",
                                  "close 10 the run begins anew: dial again"));
  Say(10, AgentPrepared{.run_id = "run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 10")) << "of the attempt before";
  Hello(11, 1);
  EXPECT_THAT(Said(), ElementsAre("consume 11", "welcome 11", "up 0 11"));
}

TEST_F(FleetMachineTest, AResumedRunTakesTheProcessesItHadAndNoOther) {
  Reborn();
  Resume({7, std::nullopt, 9});
  Hello(10, 8);  // a newcomer
  Hello(11, 9, std::nullopt, {"run-1"});
  Hello(12, 7, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10", "consume 11", "welcome 11", "up 2 11",
                                  "consume 12", "welcome 12", "up 0 12"));
  fleet_.EndRun();
  EXPECT_THAT(Said(), ElementsAre("release 11 run-1", "release 12 run-1"));
  fleet_.BeginRun("run-2", 3, now_);
  EXPECT_THAT(Said(), ElementsAre("up 0 10", "up 1 11", "up 2 12")) << "the next takes all";
}

TEST_F(FleetMachineTest, AnAgentOfAResumedRunHasToShowItsSecret) {
  Reborn();
  Resume({7});
  // None, another's, and what the journal shows to whoever may fetch it.
  for (const std::string& shown : {std::string(), std::string("old 8"), Sha256Hex("old 7")}) {
    Say(10, AgentHello{.incarnation = 7, .held = {{.run_id = "run-1"}}, .resume_secret = shown});
    EXPECT_THAT(Said(), ElementsAre("consume 10", std::string("close 10 ") + kNoSecret)) << shown;
    EXPECT_TRUE(fleet_.members().empty());
  }
  Say(11, AgentHello{.incarnation = 8});
  EXPECT_THAT(Said(), ElementsAre("consume 11", "welcome 11")) << "it is new here";
  Hello(12, 7, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 12", "welcome 12", "up 0 12"));
  EXPECT_EQ(secrets_[7], "old 7") << "which the journal has the digest of";
}

TEST_F(FleetMachineTest, WhatIsOverForAnAgentOfAResumedRunIsReleased) {
  Reborn();
  Resume({7, std::nullopt});
  Hello(10, 8, std::nullopt, {"run-1"});  // it was agent 1, and is done
  EXPECT_THAT(Said(), ElementsAre("consume 10", "welcome 10", "release 10 run-1"));
  Hello(11, 7, std::nullopt, {"run-0", "run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 11", "welcome 11", "release 11 run-0", "up 0 11"));
}

TEST_F(FleetMachineTest, APlaceInAResumedRunIsKeptOverACut) {
  Reborn();
  Resume({7, 9});
  Hello(10, 7, std::nullopt, {"run-1"});
  Say(10, SessionCut{});
  Said();
  Hello(11, 7, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 11", "welcome 11", "up 0 11"));
}

TEST_F(FleetMachineTest, WhoWasDroppedFromAResumedRunReleasesItWhenItDialsAgain) {
  Reborn();
  Resume({7, 9});  // the other one has not come yet
  Hello(10, 7, std::nullopt, {"run-1"});
  Say(10, SessionCut{});
  fleet_.Drop(0);
  Said();
  Hello(11, 7, std::nullopt, {"run-1"});
  EXPECT_THAT(Said(), ElementsAre("consume 11", "welcome 11", "release 11 run-1"));
  fleet_.EndRun();
  EXPECT_THAT(Said(), IsEmpty());
}

// Where nobody had to dial again before.
TEST_F(FleetMachineTest, WhoIsThereAlreadyIsTakenAtOnce) {
  Hello(10, 7);
  Hello(11, 8);
  Said();
  Resume({8});
  EXPECT_THAT(Said(), ElementsAre("up 0 11"));
}

}  // namespace
}  // namespace specctl::controller
