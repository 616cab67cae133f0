// Whole runs: Measure, its journal and real gRPC, with fake agents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "common/base/hash.h"
#include "controller/measure/recovered_run.h"
#include "tests/fakes/fake_agent.h"
#include "tests/integration/run_fixture.h"

namespace specctl::controller {
namespace {

using specctl::fakes::AddRequest;
using specctl::fakes::FakeAgent;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

using ControllerRunTest = RunFixture;

// Two agents that have been armed.
struct TwoAgents {
  explicit TwoAgents(const FakeAgent::Options& first, const FakeAgent::Options& second)
      : a(first), b(second) {
    // In this order, so that the first is agent 0.
    const bool armed =
        a.Join() && b.Join() && a.Prepare() && b.Prepare() && a.AwaitArm() && b.AwaitArm();
    EXPECT_TRUE(armed);
  }
  FakeAgent a, b;
};

// How the controller ends a session that it refuses, once it takes any.
grpc::Status DialUntilHeard(FakeAgent& agent) {
  while (true) {
    agent.Dial();
    grpc::Status status = agent.EndStatus();
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE) return status;
    std::this_thread::sleep_for(milliseconds(10));
  }
}

AgentBatch WithRequests(AgentBatch batch, uint64_t first_position, int count, Outcome outcome) {
  for (int i = 0; i < count; ++i) {
    AddRequest(batch, static_cast<uint64_t>(i), first_position + 2 * static_cast<uint64_t>(i),
               outcome);
  }
  return batch;
}

TEST_F(ControllerRunTest, ARunFromFirstToLastEvent) {
  const auto options = Begin();
  TwoAgents agents(As(options, 0), As(options, 1));
  EXPECT_EQ(agents.a.parts()[0].entries.size(), 3u);
  EXPECT_EQ(agents.b.parts()[0].entries[1].order_index, 3u);
  EXPECT_EQ(agents.b.parts()[0].head->slice.slots, 2u);
  EXPECT_EQ(agents.b.parts()[0].head->targets[0].dialect, R"({"fields":{"asks":true}})");
  AgentBatch batch = WithRequests(agents.a.Batch(1), 0, 3, Outcome::kOk);
  batch.first_idle_mono_ns = batch.to_mono_ns;
  ASSERT_TRUE(agents.a.SendBatch(batch) && agents.a.AwaitAck(1));
  EXPECT_EQ(Of<AgentBatch>().size(), 1u);  // acknowledged: on disk already
  ASSERT_TRUE(agents.b.SendBatch(WithRequests(agents.b.Batch(1), 1, 3, Outcome::kOk)));
  ASSERT_TRUE(agents.b.AwaitAck(1));
  std::thread finish([&agents] { EXPECT_TRUE(agents.a.Finish()); });
  EXPECT_TRUE(agents.b.Finish());
  finish.join();
  const RunEnded ended = End();
  EXPECT_EQ(ended.end, RunEnd::kCompleted);
  const std::vector<Event> events = Journal();
  EXPECT_TRUE(std::holds_alternative<RunBegun>(events.front()));
  EXPECT_TRUE(std::holds_alternative<RunEnded>(events.back()));
  EXPECT_EQ(Of<PlannedRow>().size(), 6u);
  EXPECT_EQ(Of<AgentJoined>().size(), 2u);
  EXPECT_EQ(Of<AgentBatch>().size(), 2u);
  ASSERT_EQ(Of<Armed>().size(), 1u);
  EXPECT_EQ(Of<Armed>()[0].t0_mono_ns, agents.a.arm().t0_mono_ns);
  EXPECT_EQ(Of<AgentEnded>().size(), 2u);
}

TEST_F(ControllerRunTest, ObserversShareSnapshotsOfTheRun) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  std::this_thread::sleep_for(milliseconds(600));
  EXPECT_TRUE(agent.Finish());
  End();
  EXPECT_TRUE(observer_.ended);
  ASSERT_GE(observer_.snapshots.size(), 2u);
  EXPECT_EQ(observer_.snapshots.back()->run_id, "run-1");
  EXPECT_EQ(observer_.snapshots.back()->figures.planned, 6u);
}

TEST_F(ControllerRunTest, OneRunAtATime) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare());
  ResolvedRun second = run_;
  second.spec.run_id = "run-2";
  const std::string folder = folder_ + "/second";
  std::filesystem::create_directories(folder);
  KeepingObserver observer;
  const auto refused = Measure(second, {.path = folder}, *fleet_, StopToken(), observer);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(agent.AwaitArm() && agent.Finish());
  EXPECT_EQ(End().end, RunEnd::kCompleted);
}

TEST_F(ControllerRunTest, ARequestToEndFromBeforeTheRunEndsIt) {
  StartFleet();
  *stops_ = 1;
  const auto outcome = MeasureNow();  // without an agent, it would wait for them
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->ended.end, RunEnd::kInterrupted);
}

TEST_F(ControllerRunTest, ARunsIdIsOfOneRunOnAFleet) {
  StartFleet();
  *stops_ = 1;
  ASSERT_TRUE(MeasureNow().ok());
  std::filesystem::remove(JournalPath());
  EXPECT_EQ(
      MeasureNow().status(),
      absl::AlreadyExistsError("fleet: the run id run-1 was used before; each run needs its own"));
}

TEST_F(ControllerRunTest, AgentsServeOneRunAfterAnother) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  ASSERT_TRUE(agent.SendBatch(agent.Batch(1)) && agent.Finish());
  EXPECT_EQ(End().end, RunEnd::kCompleted);
  std::filesystem::remove(JournalPath());
  run_.spec.run_id = "run-2";
  Begin();
  ASSERT_TRUE(agent.Send(SentBatch{.bytes = EncodeBatch(agent.Batch(1))}));  // late, of run-1
  const auto part = agent.Await<PreparePart>();
  ASSERT_TRUE(part);
  EXPECT_EQ(part->run_id, "run-2");
  *stops_ = 1;
  EXPECT_TRUE(agent.Await<ReleaseRun>());
  EXPECT_EQ(End().end, RunEnd::kInterrupted);
  EXPECT_TRUE(Of<AgentBatch>().empty());
}

TEST_F(ControllerRunTest, ARepeatedBatchIsAcknowledgedAndKeptOnce) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  const AgentBatch batch = WithRequests(agent.Batch(1), 0, 2, Outcome::kOk);
  ASSERT_TRUE(agent.SendBatch(batch) && agent.AwaitAck(1));
  ASSERT_TRUE(agent.SendBatch(batch) && agent.AwaitAck(1));
  ASSERT_TRUE(agent.SendBatch(agent.Batch(2)) && agent.AwaitAck(2));
  EXPECT_TRUE(agent.Finish());
  End();
  EXPECT_EQ(Of<AgentBatch>().size(), 2u);
}

TEST_F(ControllerRunTest, AnAgentThatIsCutAndBackLosesNothing) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  ASSERT_TRUE(agent.SendBatch(agent.Batch(1)) && agent.AwaitAck(1));
  agent.Cut();
  agent.Dial();
  ASSERT_TRUE(agent.Await<WelcomeAgent>());
  EXPECT_TRUE(agent.AwaitAck(1));  // what is on disk is told at once
  ASSERT_TRUE(agent.SendBatch(agent.Batch(1)) && agent.SendBatch(agent.Batch(2)));
  EXPECT_TRUE(agent.AwaitAck(2) && agent.Finish());
  EXPECT_EQ(End().end, RunEnd::kCompleted);
  EXPECT_EQ(Of<AgentJoined>().size(), 1u);
  EXPECT_EQ(Of<AgentBatch>().size(), 2u);
}

// A run is left after T0, and another controller goes on with what was on disk then.
TEST_F(ControllerRunTest, ARestartedControllerKnowsItsAgentsByTheirSecretsAlone) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  ASSERT_TRUE(agent.SendBatch(agent.Batch(1)) && agent.AwaitAck(1));
  const std::string left = folder_ + "/left.pb";
  std::filesystem::copy_file(JournalPath(), left);
  ASSERT_TRUE(agent.Finish());
  End();
  const std::string secret = agent.resume_secret();
  EXPECT_EQ(secret.size(), 64u);
  EXPECT_THAT(Of<AgentJoined>(),
              ElementsAre(Field(&AgentJoined::resume_secret_sha256, Sha256Hex(secret))));
  std::ifstream journal(JournalPath(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(journal), {}};
  EXPECT_FALSE(bytes.empty());
  EXPECT_EQ(bytes.find(secret), std::string::npos);

  StartFleet({"/proc/self/exe"}, /*resuming=*/true);
  auto recovered = RecoverRun(left);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  auto outcome = std::async(std::launch::async, [&] {
    return ResumeMeasure(run_, *std::move(recovered), *fleet_, StopToken(stops_), observer_);
  });
  auto options = As(Agent(), 0);
  for (const std::string& shown : {std::string(), Sha256Hex(secret), std::string(64, '0')}) {
    options.resume_secret = shown;
    FakeAgent other(options);
    EXPECT_EQ(DialUntilHeard(other).error_code(), grpc::StatusCode::PERMISSION_DENIED) << shown;
  }
  options.resume_secret = secret;
  FakeAgent again(options);
  ASSERT_TRUE(again.Join() && again.AwaitArm());
  EXPECT_EQ(again.resume_secret(), secret);
  EXPECT_TRUE(again.FinishRun("run-1", /*last_seq=*/1));
  const auto ended = outcome.get();
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->ended.end, RunEnd::kCompleted);
}

TEST_F(ControllerRunTest, ASilentAgentIsLostAndTheOthersDrain) {
  run_.spec.agent_timeout = seconds(1);
  const auto options = Begin();
  TwoAgents agents(As(options, 0), As(options, 1));
  ASSERT_TRUE(agents.a.SendBatch(agents.a.Batch(1)) && agents.b.SendBatch(agents.b.Batch(1)));
  std::atomic<bool> drained = false;
  std::thread beat([&] {
    while (!drained && agents.a.SendHeartbeat()) std::this_thread::sleep_for(milliseconds(100));
  });
  const auto drain = agents.a.Await<DrainAgent>();
  drained = true;
  beat.join();
  ASSERT_TRUE(drain);
  EXPECT_EQ(drain->reason, DrainReason::kAgentLost);
  EXPECT_TRUE(agents.a.Finish());
  const RunEnded ended = End();
  EXPECT_EQ(ended.end, RunEnd::kAgentLost);
  EXPECT_EQ(ended.reason, "agent 1 (fake-host, pid 101) was silent for 1 s");
  EXPECT_EQ(Of<AgentBatch>().size(), 2u);
}

TEST_F(ControllerRunTest, AnInterruptDrainsAndASecondEndsAtOnce) {
  const auto options = Begin();
  TwoAgents agents(As(options, 0), As(options, 1));
  ASSERT_TRUE(agents.a.SendBatch(agents.a.Batch(1)) && agents.a.AwaitAck(1));
  *stops_ = 1;
  const auto drain = agents.b.Await<DrainAgent>();
  ASSERT_TRUE(drain);
  EXPECT_EQ(drain->reason, DrainReason::kInterrupted);
  EXPECT_GT(drain->grace, seconds(9));
  *stops_ = 2;
  EXPECT_TRUE(agents.b.Await<ReleaseRun>());
  const RunEnded ended = End();
  EXPECT_EQ(ended.end, RunEnd::kInterrupted);
  EXPECT_EQ(Of<AgentBatch>().size(), 1u);
  EXPECT_EQ(Of<RunEnded>().size(), 1u);
}

TEST_F(ControllerRunTest, OnlyErrorsEndTheRun) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  ASSERT_TRUE(agent.SendBatch(WithRequests(agent.Batch(1), 0, 10, Outcome::kFailed)));
  const auto drain = agent.Await<DrainAgent>();
  ASSERT_TRUE(drain);
  EXPECT_EQ(drain->reason, DrainReason::kTooManyFailures);
  EXPECT_TRUE(agent.Finish());
  const RunEnded ended = End();
  EXPECT_EQ(ended.end, RunEnd::kTooManyFailures);
  EXPECT_THAT(ended.reason, HasSubstr("10 of 10 requests failed"));
}

TEST_F(ControllerRunTest, ProbesOfAgentsThatJoinedAreKept) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  agent.ProbeClock({.incarnation = 100, .previous = ClockExchange{.agent_send_mono_ns = 7}});
  agent.ProbeClock(
      {.incarnation = 5, .previous = ClockExchange{.agent_send_mono_ns = 8}});  // nobody
  EXPECT_TRUE(agent.Finish());
  End();
  const auto probes = Of<ClockProbed>();
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].agent_send_mono_ns, 7);
}

TEST_F(ControllerRunTest, AgentsThatDoNotJoinEndTheRun) {
  run_.join_timeout = milliseconds(100);
  Begin();
  const RunEnded ended = End();
  EXPECT_EQ(ended.end, RunEnd::kFailed);
  EXPECT_EQ(ended.reason, "agents 0, 1 did not join within 0.1 s");
}

// A journal that can't grow beyond a size, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_ = {};
};

TEST_F(ControllerRunTest, AFullDiskFailsTheRunAndKeepsWhatWasAcknowledged) {
  run_.spec.load.agents = 1;
  FakeAgent agent(As(Begin(), 0));
  ASSERT_TRUE(agent.JoinAndPrepare() && agent.AwaitArm());
  ASSERT_TRUE(agent.SendBatch(agent.Batch(1)) && agent.AwaitAck(1));
  {
    const FileSizeLimit limit(std::filesystem::file_size(JournalPath()) + 100);
    AgentBatch batch = agent.Batch(2);
    batch.chunks = std::string(10'000, 'c');
    ASSERT_TRUE(agent.SendBatch(batch));
    const auto drain = agent.Await<DrainAgent>();
    ASSERT_TRUE(drain);
    EXPECT_EQ(drain->grace, Nanos(0));
    const RunEnded ended = End();
    EXPECT_EQ(ended.end, RunEnd::kFailed);
    EXPECT_THAT(ended.reason, HasSubstr(JournalPath()));
  }
  const auto batches = Of<AgentBatch>();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].seq, 1u);
}

TEST_F(ControllerRunTest, ADiskThatIsFullFromTheStartSendsNothing) {
  const FileSizeLimit limit(16);
  StartFleet();
  const auto ended = MeasureNow();
  EXPECT_FALSE(ended.ok());
  EXPECT_THAT(std::string(ended.status().message()), HasSubstr(JournalPath()));
}

TEST_F(ControllerRunTest, AJournalThatExistsIsNotOverwritten) {
  std::ofstream(JournalPath()) << "precious";
  StartFleet();
  EXPECT_EQ(MeasureNow().status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(std::filesystem::file_size(JournalPath()), 8u);
}

}  // namespace
}  // namespace specctl::controller
