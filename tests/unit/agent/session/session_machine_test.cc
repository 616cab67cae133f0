#include "agent/session/session_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace specctl::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The controller's side is played by the test; time moves by Pass().  What the machine decides is
// told as short words; what it writes is taken as written at once, unless `writes_` is false.
class SessionMachineTest : public ::testing::Test {
 protected:
  static SessionMachine::Options Options() {
    SessionMachine::Options options;
    options.controller_address = "ctl:4000";
    options.incarnation = 7;
    return options;
  }

  std::vector<std::string> Said() {
    std::vector<std::string> words;
    for (auto commands = machine_.TakeCommands(); !commands.empty();
         commands = machine_.TakeCommands()) {
      for (const SessionCommand& command : commands) {
        words.push_back(std::visit([this](const auto& what) { return Word(what); }, command));
        if (const auto* write = std::get_if<WriteMessage>(&command)) KeepHello(write->message);
        if (writes_ && std::holds_alternative<WriteMessage>(command)) machine_.OnWritten();
      }
    }
    return words;
  }
  // It is another machine from here on.
  void Become(const SessionMachine::Options& options) {
    std::destroy_at(&machine_);
    std::construct_at(&machine_, options);
  }
  // One that waits for its controller, however long, and shortens its pauses by up to `jitter`.
  static SessionMachine::Options Patient(double jitter = 0) {
    SessionMachine::Options options = Options();
    options.outage_max.reset();
    options.redial_jitter = jitter;
    return options;
  }
  // Lengths of the pauses of an agent whose controller is away.
  std::vector<Nanos> Pauses(int count) {
    std::vector<Nanos> pauses;
    machine_.Start(now_);
    for (int i = 0; i < count; ++i) {
      CallEnds();
      pauses.push_back(machine_.due() - now_);
      Pass(pauses.back());
    }
    Said();
    return pauses;
  }
  void Pass(Nanos time) {
    now_ += time;
    machine_.OnTimer(now_);
  }
  void Hear(ControllerMessage message) { machine_.OnMessage(std::move(message), now_); }
  void Welcome() { Hear(WelcomeAgent{.lease = seconds(5), .heartbeat = seconds(1)}); }
  // Of one agent with one row.
  static PreparePart Part(const std::string& run_id) {
    PreparePart part;
    part.run_id = run_id;
    LoadJob& job = part.head.emplace();
    job.spec.run_id = run_id;
    job.targets = {{.url = "http://a:8000"}};
    job.slice.agents = 1;
    job.slice.rows = 1;
    job.slice.slots = 1;
    part.entries = {{.order_index = 0, .item = {.turns = {{{"user", "hello", ""}}}}}};
    part.last = true;
    return part;
  }
  void ToArmed() {
    machine_.Start(now_);
    Welcome();
    Hear(Part("run-1"));
    machine_.OnPrepared("run-1", "");
    Hear(ArmAgent{.run_id = "run-1"});
    machine_.OnArmed("run-1", Nanos(0));
    Said();
  }
  void Batch(uint64_t seq, const std::string& run_id = "run-1") {
    AgentBatch batch;
    batch.seq = seq;
    batch.run_hash = RunHash(run_id);
    machine_.OnBatch(batch, now_);
  }
  void CallEnds(absl::Status status = absl::UnavailableError("cut")) {
    machine_.OnCallEnded(status, now_);
  }

  MonoTime now_{seconds(1000)};
  bool writes_ = true;
  SessionMachine machine_{Options()};
  AgentHello hello_;  // that was said last

 private:
  void KeepHello(const AgentMessage& message) {
    if (const auto* hello = std::get_if<AgentHello>(&message)) hello_ = *hello;
  }
  static std::string Word(const DialController&) { return "dial"; }
  static std::string Word(const CancelCall&) { return "cancel"; }
  static std::string Word(const GiveJob& give) { return "job " + give.job.spec.run_id; }
  static std::string Word(const GiveArm&) { return "arm"; }
  static std::string Word(const GiveDrain&) { return "drain"; }
  static std::string Word(const GiveRelease& give) { return "release " + give.run_id; }
  static std::string Word(const ProbeClock&) { return "probe"; }
  static std::string Word(const ReportOutage& outage) { return "outage: " + outage.why; }
  static std::string Word(const EndSession& end) {
    return "end " + std::string(absl::StatusCodeToString(end.status.code())) + " " +
           std::string(end.status.message());
  }
  static std::string Word(const WriteMessage& write) {
    return std::visit([](const auto& message) { return MessageWord(message); }, write.message);
  }
  static std::string MessageWord(const AgentHello& hello) {
    std::string word = "> hello";
    for (const HeldRun& held : hello.held) {
      word += " " + held.run_id + " " + std::to_string(static_cast<int>(held.phase)) + " " +
              std::to_string(held.first_kept_seq) + ".." + std::to_string(held.last_seq);
    }
    return word;
  }
  static std::string MessageWord(const AgentPrepared& prepared) {
    return "> prepared " + prepared.run_id + (prepared.error.empty() ? "" : ": " + prepared.error);
  }
  static std::string MessageWord(const AgentArmed& armed) { return "> armed " + armed.run_id; }
  static std::string MessageWord(const SentBatch& batch) {
    return "> batch " + std::to_string(DecodeBatch(batch.bytes)->batch.seq);
  }
  static std::string MessageWord(const AgentHeartbeat&) { return "> beat"; }
  static std::string MessageWord(const AgentDone& done) {
    return "> done " + done.run_id + " " + std::to_string(done.last_seq);
  }
};

TEST_F(SessionMachineTest, ServesARunFromHelloToRelease) {
  machine_.Start(now_);
  EXPECT_THAT(Said(), ElementsAre("dial", "> hello"));
  Welcome();
  EXPECT_THAT(Said(), ElementsAre("probe"));
  Hear(Part("run-1"));
  EXPECT_THAT(Said(), ElementsAre("job run-1", "probe"));
  machine_.OnPrepared("run-1", "");
  Hear(ArmAgent{.run_id = "run-1"});
  machine_.OnArmed("run-1", Nanos(0));
  EXPECT_THAT(Said(), ElementsAre("> prepared run-1", "arm", "> armed run-1"));
  Batch(1);
  Batch(2);
  EXPECT_THAT(Said(), ElementsAre("> batch 1", "> batch 2"));
  machine_.OnDone("run-1", false);
  EXPECT_THAT(Said(), ElementsAre("> done run-1 2"));  // it waits for no Ack
  Hear(AckBatches{.run_id = "run-1", .seq = 2});
  Hear(ReleaseRun{.run_id = "run-1"});
  EXPECT_THAT(Said(), ElementsAre("release run-1"));
  Hear(Part("run-2"));
  EXPECT_THAT(Said(), ElementsAre("job run-2", "probe"));
  Hear(DismissAgent{});
  EXPECT_THAT(Said(), ElementsAre("cancel", "end OK "));
}

TEST_F(SessionMachineTest, OneMessageIsWrittenAtATime) {
  writes_ = false;
  machine_.Start(now_);
  EXPECT_THAT(Said(), ElementsAre("dial", "> hello"));
  Welcome();
  Hear(Part("run-1"));
  machine_.OnPrepared("run-1", "");
  EXPECT_THAT(Said(), ElementsAre("probe", "job run-1", "probe"));
  machine_.OnWritten();
  EXPECT_THAT(Said(), ElementsAre("> prepared run-1"));
}

TEST_F(SessionMachineTest, NothingButHelloIsWrittenBeforeWelcome) {
  ToArmed();
  CallEnds();
  Pass(milliseconds(100));
  EXPECT_THAT(Said(), Contains("> hello run-1 2 1..0"));
  Batch(1);
  EXPECT_THAT(Said(), IsEmpty());
  Welcome();
  EXPECT_THAT(Said(), ElementsAre("probe", "> prepared run-1", "> armed run-1", "> batch 1"));
}

TEST_F(SessionMachineTest, AfterACutEverythingWithoutAnAckIsSentAgain) {
  ToArmed();
  for (uint64_t seq = 1; seq <= 3; ++seq) Batch(seq);
  Hear(AckBatches{.run_id = "run-1", .seq = 1});
  machine_.OnDone("run-1", false);
  Said();
  CallEnds();
  Pass(milliseconds(100));
  Welcome();
  EXPECT_THAT(Said(), ElementsAre(HasSubstr("outage: controller ctl:4000: unreachable"), "dial",
                                  "> hello run-1 3 2..3", "probe", "> prepared run-1",
                                  "> armed run-1", "> batch 2", "> batch 3", "> done run-1 3"));
}

TEST_F(SessionMachineTest, WhatIsOfAnotherRunIsPassedOver) {
  ToArmed();
  Batch(1, "run-0");
  machine_.OnDone("run-0", false);
  machine_.OnPrepared("run-0", "no");
  Hear(AckBatches{.run_id = "run-0", .seq = 9});
  Hear(DrainAgent{.run_id = "run-0"});
  Hear(ArmAgent{.run_id = "run-0"});
  Hear(ReleaseRun{.run_id = "run-0"});
  EXPECT_THAT(Said(), IsEmpty());
  Batch(1);
  Hear(DrainAgent{.run_id = "run-1"});
  EXPECT_THAT(Said(), ElementsAre("> batch 1", "drain"));
}

TEST_F(SessionMachineTest, ANewRunWaitsForTheReleaseOfTheOneBefore) {
  ToArmed();
  Hear(Part("run-2"));
  EXPECT_THAT(Said(), ElementsAre("> prepared run-2: this agent still holds run run-1"));
}

TEST_F(SessionMachineTest, AReleasedRunIsForgottenWithItsBatches) {
  ToArmed();
  writes_ = false;
  for (uint64_t seq = 1; seq <= 3; ++seq) Batch(seq);
  EXPECT_THAT(Said(), ElementsAre("> batch 1"));
  Hear(ReleaseRun{.run_id = "run-1"});
  machine_.OnWritten();
  EXPECT_THAT(Said(), ElementsAre("release run-1"));
  Batch(4);
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(SessionMachineTest, AJobThatIsNoneIsAnsweredWithTheReason) {
  machine_.Start(now_);
  Welcome();
  PreparePart part = Part("run-1");
  part.head->targets.clear();
  Said();
  Hear(part);
  EXPECT_THAT(Said(), ElementsAre(HasSubstr("> prepared run-1: Prepare: need a target")));
}

TEST_F(SessionMachineTest, PartsOfASessionThatBrokeAreForgotten) {
  machine_.Start(now_);
  Welcome();
  PreparePart part = Part("run-1");
  part.last = false;
  Hear(part);
  CallEnds();
  Pass(milliseconds(100));
  Welcome();
  Said();
  Hear(Part("run-1"));
  EXPECT_THAT(Said(), ElementsAre("job run-1", "probe"));
}

TEST_F(SessionMachineTest, ARepeatedOrderIsAnsweredAgainAndNotCarriedOutTwice) {
  ToArmed();
  Hear(Part("run-1"));
  Hear(ArmAgent{.run_id = "run-1"});
  EXPECT_THAT(Said(), ElementsAre("> prepared run-1", "> armed run-1"));
}

TEST_F(SessionMachineTest, PausesBetweenCallsGrowUpToTwoSeconds) {
  machine_.Start(now_);
  std::vector<int64_t> pauses_ms;
  for (int i = 0; i < 7; ++i) {
    CallEnds();
    pauses_ms.push_back((machine_.due() - now_) / milliseconds(1));
    Pass(machine_.due() - now_);
  }
  EXPECT_THAT(pauses_ms, ElementsAre(100, 200, 400, 800, 1600, 2000, 2000));
  Welcome();
  CallEnds();
  EXPECT_EQ(machine_.due() - now_, milliseconds(100));
}

TEST_F(SessionMachineTest, ACallWithoutAWelcomeIsBrokenOff) {
  machine_.Start(now_);
  Said();
  Pass(seconds(19));
  EXPECT_THAT(Said(), IsEmpty());
  Pass(seconds(1));
  EXPECT_THAT(Said(), ElementsAre("cancel"));
}

TEST_F(SessionMachineTest, AnOutageOfTenMinutesEndsTheSession) {
  machine_.Start(now_);
  CallEnds();
  EXPECT_THAT(Said(),
              Contains("outage: controller ctl:4000: unreachable, retrying for up to 600 s: cut"));
  now_ += minutes(10);
  Pass(milliseconds(1));
  CallEnds();
  EXPECT_THAT(Said(), Contains("end UNAVAILABLE controller ctl:4000: unreachable for 600 s: cut"));
  EXPECT_EQ(machine_.due(), MonoTime::max());
}

TEST_F(SessionMachineTest, ARefusalThatDiallingAgainWouldNotChangeEndsTheSession) {
  machine_.Start(now_);
  CallEnds(absl::FailedPreconditionError("versions"));
  EXPECT_THAT(Said(), ElementsAre("dial", "> hello", "end FAILED_PRECONDITION versions"));
}

TEST_F(SessionMachineTest, NoPlaceIsFinalBeforeWelcomeAndNotAfter) {
  machine_.Start(now_);
  Welcome();
  CallEnds(absl::ResourceExhaustedError("over 64 messages wait"));
  EXPECT_FALSE(machine_.ended());
  Pass(milliseconds(100));
  CallEnds(absl::ResourceExhaustedError("too many sessions"));
  EXPECT_TRUE(machine_.ended());
}

TEST_F(SessionMachineTest, HeartbeatsGoOnWhileTheSessionStands) {
  machine_.Start(now_);
  Welcome();
  Said();
  Pass(seconds(1));
  Pass(seconds(1));
  EXPECT_THAT(Said(), ElementsAre("> beat", "> beat"));
  CallEnds();
  Said();
  Pass(milliseconds(50));
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(SessionMachineTest, WhatCannotBeReadEndsTheSession) {
  machine_.Start(now_);
  Welcome();
  Said();
  machine_.OnUnreadable(absl::DataLossError("Drain: reason: got 9"));
  EXPECT_THAT(Said(), ElementsAre("cancel", "end DATA_LOSS controller's Drain: reason: got 9"));
  CallEnds(absl::CancelledError(""));
  Pass(seconds(10));
  EXPECT_THAT(Said(), IsEmpty());
}

// --- an agent that joined by itself -------------------------------------------------------------

TEST_F(SessionMachineTest, APatientAgentNeverGivesUp) {
  Become(Patient());
  machine_.Start(now_);
  CallEnds();
  EXPECT_THAT(Said(), Contains("outage: controller ctl:4000: unreachable, retrying until it is "
                               "back: cut"));
  now_ += std::chrono::hours(1'000);
  Pass(milliseconds(1));
  CallEnds();
  EXPECT_FALSE(machine_.ended());
  EXPECT_THAT(Said(), ElementsAre("dial", "> hello")) << "the outage is told once";
  Pass(seconds(2));
  EXPECT_THAT(Said(), ElementsAre("dial", "> hello"));
}

TEST_F(SessionMachineTest, APatientAgentWaitsForAPlace) {
  Become(Patient());
  machine_.Start(now_);
  Said();
  CallEnds(absl::ResourceExhaustedError("too many sessions"));
  EXPECT_FALSE(machine_.ended());
  Pass(milliseconds(100));
  EXPECT_THAT(Said(), Contains("dial"));
}

// A rollout replaces agents and controller one after the other.
TEST_F(SessionMachineTest, APatientAgentWaitsForAControllerOfItsVersion) {
  Become(Patient());
  machine_.Start(now_);
  Said();
  CallEnds(absl::UnimplementedError("versions"));
  EXPECT_FALSE(machine_.ended());
  Pass(milliseconds(100));
  EXPECT_THAT(Said(), Contains("dial"));
}

TEST_F(SessionMachineTest, APatientAgentTakesARefusalForWhatItIs) {
  Become(Patient());
  machine_.Start(now_);
  CallEnds(absl::PermissionDeniedError("secret"));
  EXPECT_THAT(Said(), Contains("end PERMISSION_DENIED secret"));
}

TEST_F(SessionMachineTest, JitterShortensPausesByUpToItsShare) {
  Become(Patient());
  const std::vector<Nanos> whole = Pauses(200);
  Become(Patient(0.5));
  const std::vector<Nanos> cut = Pauses(200);
  int below_3_4 = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_LE(cut[i], whole[i]) << i;
    EXPECT_GT(cut[i], whole[i] / 2) << i;
    below_3_4 += cut[i] < whole[i] * 3 / 4 ? 1 : 0;
  }
  EXPECT_GT(below_3_4, 60) << "spread over all of it: about half";
  EXPECT_LT(below_3_4, 140);
}

TEST_F(SessionMachineTest, JitterIsOfTheProcessAlone) {
  SessionMachine::Options options = Patient(0.5);
  Become(options);
  const std::vector<Nanos> first = Pauses(20);
  Become(options);
  EXPECT_EQ(Pauses(20), first);
  options.incarnation = 8;
  Become(options);
  EXPECT_NE(Pauses(20), first);
}

TEST_F(SessionMachineTest, TheSecretOfWelcomeIsShownInTheNextHello) {
  machine_.Start(now_);
  Said();
  EXPECT_EQ(hello_.resume_secret, "");
  Hear(WelcomeAgent{.heartbeat = seconds(1), .resume_secret = "secret-1"});
  CallEnds();
  Pass(milliseconds(100));
  Said();
  EXPECT_EQ(hello_.resume_secret, "secret-1");
  CallEnds();  // without a Welcome
  Pass(milliseconds(200));
  Said();
  EXPECT_EQ(hello_.resume_secret, "secret-1");
  Hear(WelcomeAgent{.heartbeat = seconds(1), .resume_secret = "secret-2"});
  CallEnds();
  Pass(milliseconds(100));
  Said();
  EXPECT_EQ(hello_.resume_secret, "secret-2") << "of another controller";
}

TEST_F(SessionMachineTest, HelloSaysWhoItIs) {
  SessionMachine::Options options = Options();
  options.name = "pod-0";
  options.started_unix_ns = 42;
  options.specctl_version = "1.2.3";
  Become(options);
  machine_.Start(now_);
  Said();
  EXPECT_EQ(hello_.name, "pod-0");
  EXPECT_EQ(hello_.started_unix_ns, 42);
  EXPECT_EQ(hello_.specctl_version, "1.2.3");
  EXPECT_EQ(hello_.incarnation, 7u);
}

TEST_F(SessionMachineTest, ItsStatusFollowsTheSession) {
  const SessionStatus nothing{};
  EXPECT_EQ(machine_.status(), nothing);
  machine_.Start(now_);
  EXPECT_EQ(machine_.status(), nothing) << "it is not welcome yet";
  Welcome();
  EXPECT_EQ(machine_.status(), (SessionStatus{.connected = true}));
  Hear(Part("run-1"));
  EXPECT_EQ(machine_.status(), (SessionStatus{.connected = true, .in_run = true}));
  CallEnds();
  EXPECT_EQ(machine_.status(), (SessionStatus{.in_run = true})) << "it holds the run";
  Pass(milliseconds(100));
  Welcome();
  Hear(ReleaseRun{.run_id = "run-1"});
  EXPECT_EQ(machine_.status(), (SessionStatus{.connected = true}));
}

TEST_F(SessionMachineTest, ItsStatusTellsOfWhatIsOnDisk) {
  SessionMachine::Options options = Options();
  options.store.memory_bytes_max = 1;
  options.store.spool_dir = ::testing::TempDir();
  Become(options);
  ToArmed();
  EXPECT_EQ(machine_.status().spool_bytes, 0u);
  Batch(1);
  const uint64_t one = machine_.status().spool_bytes;
  EXPECT_GT(one, 0u);
  Batch(2);
  EXPECT_GT(machine_.status().spool_bytes, one);
  Hear(AckBatches{.run_id = "run-1", .seq = 2});
  EXPECT_EQ(machine_.status().spool_bytes, 0u);
}

}  // namespace
}  // namespace specctl::agent
