// An agent's whole share of a run over real sockets, without a controller.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <map>
#include <optional>
#include <set>

#include "agent/stream/load_generator.h"
#include "common/workload/arrival_times.h"
#include "tests/fakes/receive_stamps.h"
#include "tests/fakes/scripted_server.h"
#include "tests/fakes/stream_bytes.h"
#include "tests/fakes/vllm_job.h"

namespace specctl::agent {
namespace {

using fakes::HttpChunk;
using fakes::ScriptedConnection;
using fakes::ScriptedServer;
using fakes::StreamHead;
using fakes::TokenEvent;
using fakes::WholeStream;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using namespace std::chrono_literals;
namespace asio = boost::asio;

// All that the agent reported, put together.
struct Report {
  std::vector<AgentBatch> batches;
  std::vector<RequestBegun> begun;
  std::map<uint64_t, RequestFinished> finished;
  std::map<UnassignedReason, uint64_t> unassigned;
  std::vector<ShedArrival> shed;
  uint64_t chunks = 0;
  std::optional<int64_t> slots_filled, first_idle;

  void Add(AgentBatch batch) {
    begun.insert(begun.end(), batch.begun.begin(), batch.begun.end());
    for (const RequestFinished& one : batch.finished) finished[one.ordinal] = one;
    for (const Unassigned& one : batch.unassigned) unassigned[one.reason] += one.requests;
    shed.insert(shed.end(), batch.shed.begin(), batch.shed.end());
    if (batch.slots_filled_mono_ns) slots_filled = batch.slots_filled_mono_ns;
    if (batch.first_idle_mono_ns) first_idle = batch.first_idle_mono_ns;
    ChunkSectionReader reader(batch.chunks, batch.from_mono_ns / 1000);
    while (reader.NextSection()) chunks += reader.records();
    batches.push_back(std::move(batch));
  }
  std::vector<uint64_t> Positions() const {
    std::vector<uint64_t> positions;
    for (const RequestBegun& one : begun) positions.push_back(one.position);
    return positions;
  }
  std::map<Outcome, uint64_t> Outcomes() const {
    std::map<Outcome, uint64_t> outcomes;
    for (const auto& [ordinal, one] : finished) ++outcomes[one.outcome];
    return outcomes;
  }
};

class AgentLoadTest : public ::testing::Test {
 protected:
  AgentLoadTest() {
    fakes::AwaitReceiveStamps();
    job_.spec.run_id = "run";
    job_.spec.request.model = "m";
    job_.spec.load.shape = ClosedLoop{1};
    job_.slice.slots = 1;
    options_.files_max = 1024;
    options_.on_batch = [this](AgentBatch batch) { report_.Add(std::move(batch)); };
  }

  void SetRows(const std::vector<uint32_t>& turns) {
    job_.slice.rows = turns.size();
    job_.slice.entries.clear();
    for (size_t row = 0; row < turns.size(); ++row) {
      WorkloadItem item;
      item.question_id = std::to_string(row);
      for (uint32_t turn = 0; turn < turns[row]; ++turn) {
        item.turns.push_back({{"user", absl::StrFormat("q%d.%d", row, turn), ""}});
      }
      job_.slice.entries.push_back({row, item});
    }
    job_.slice.limits.positions_end = turns.size();
  }
  void SetSlots(uint32_t slots) {
    job_.slice.slots = slots;
    job_.spec.load.shape = ClosedLoop{slots};
  }
  void SetOpenLoop(const OpenLoop& loop) {
    job_.slice.slots = loop.in_flight_max;
    job_.spec.load.shape = loop;
  }
  // When the arrivals of the run are due.
  std::vector<int64_t> DueTimes(size_t count) const {
    ArrivalTimes times(std::get<OpenLoop>(job_.spec.load.shape), job_.spec.load.seed);
    std::vector<int64_t> due;
    while (due.size() < count) due.push_back((t0_ + times.Next()).time_since_epoch().count());
    return due;
  }
  void Serve(std::vector<ScriptedServer::Script> scripts) {
    server_.emplace(io_, std::move(scripts));
    job_.targets = {fakes::VllmJob(server_->Url())};
  }
  // Answers every request on every connection with `response`, and notes it.
  void ServeAlways(std::string response) {
    const auto script = [this, response](ScriptedConnection& connection) -> Task<void> {
      for (;;) {
        std::string request = co_await connection.ReadRequest();
        if (request.empty()) co_return;
        requests_.push_back(std::move(request));
        co_await connection.Send(response);
      }
    };
    Serve({script});
  }

  absl::Status Run() {
    absl::Status prepared;
    std::exception_ptr failure;
    asio::co_spawn(io_, Drive(prepared), [&](std::exception_ptr error) { failure = error; });
    RunReactor(io_, loop_);
    if (failure) std::rethrow_exception(failure);
    return prepared;
  }
  Task<void> Drive(absl::Status& prepared) {
    TaskGroup services(io_.get_executor());
    if (server_) services.Spawn(server_->Run());
    generator_.emplace(io_, loop_, job_, options_);
    prepared = co_await generator_->Prepare();
    if (prepared.ok()) {
      t0_ = MonoNow();
      co_await generator_->Run(t0_);
    }
    services.Cancel();
    co_await services.Join();
  }

  asio::io_context io_{1};
  LoopWatch loop_;
  LoadJob job_;
  LoadGenerator::Options options_;
  Report report_;
  std::optional<ScriptedServer> server_;
  std::optional<LoadGenerator> generator_;
  std::vector<std::string> requests_;
  MonoTime t0_{};
};

TEST_F(AgentLoadTest, HttpTargetsNeedNoAuthorities) {
  SetRows({1});
  ServeAlways(WholeStream());
  job_.spec.tls.ca_file = "/no/such/file.pem";
  EXPECT_TRUE(Run().ok());
  EXPECT_THAT(report_.Outcomes(), ElementsAre(Pair(Outcome::kOk, 1)));
}

TEST_F(AgentLoadTest, OneHttpsTargetAmongOthersNeedsThem) {
  SetRows({1});
  job_.spec.tls.ca_file = "/no/such/file.pem";
  job_.targets = {fakes::VllmJob("http://127.0.0.1:1"), fakes::VllmJob("https://127.0.0.1:1")};
  EXPECT_THAT(std::string(Run().message()), HasSubstr("/no/such/file.pem"));
}

TEST_F(AgentLoadTest, EverySlotWorksUntilThePlanEnds) {
  SetRows({1, 1, 1, 1, 1, 1, 1});
  SetSlots(3);
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(report_.Positions(), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_EQ(report_.Outcomes(), (std::map<Outcome, uint64_t>{{Outcome::kOk, 7}}));
  EXPECT_EQ(report_.chunks, 14u);
  EXPECT_EQ(server_->connections(), 3u);
  EXPECT_TRUE(report_.unassigned.empty());
  ASSERT_TRUE(report_.slots_filled && report_.first_idle);
  EXPECT_GE(*report_.slots_filled, t0_.time_since_epoch().count());
  EXPECT_GE(*report_.first_idle, *report_.slots_filled);
  std::set<uint32_t> slots;
  for (const RequestBegun& begun : report_.begun) {
    slots.insert(begun.slot);
    EXPECT_LE(begun.due_mono_ns, begun.begin_mono_ns);
  }
  EXPECT_THAT(slots, SizeIs(3));
  int64_t to = t0_.time_since_epoch().count();
  uint64_t seq = 0;
  for (const AgentBatch& batch : report_.batches) {
    EXPECT_EQ(batch.seq, ++seq);
    EXPECT_EQ(batch.from_mono_ns, to);
    to = batch.to_mono_ns;
  }
  ASSERT_TRUE(report_.batches.back().health);
}

TEST_F(AgentLoadTest, ArrivalsBeginWhenTheyAreDueWhateverTheServerDoes) {
  SetRows({1, 1, 1, 1, 1, 1, 1, 1});
  SetOpenLoop({.rate_per_s = 400, .in_flight_max = 16});
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(report_.Outcomes(), (std::map<Outcome, uint64_t>{{Outcome::kOk, 8}}));
  EXPECT_THAT(report_.Positions(), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  const std::vector<int64_t> due = DueTimes(8);
  for (size_t i = 0; i < due.size(); ++i) {
    EXPECT_EQ(report_.begun[i].due_mono_ns, due[i]);
    EXPECT_GE(report_.begun[i].begin_mono_ns, due[i]);
  }
  EXPECT_TRUE(report_.shed.empty());
  EXPECT_TRUE(report_.unassigned.empty());
}

TEST_F(AgentLoadTest, AnArrivalWithoutASlotIsShedAndNothingElseIs) {
  SetRows({1, 2, 3, 1});
  SetOpenLoop({.rate_per_s = 1000, .in_flight_max = 1});
  job_.spec.load.duration = 20ms;
  job_.spec.load.grace = 100ms;
  job_.slice.limits.positions_end.reset();
  // It never answers: the first arrival holds the one slot to the end.
  Serve({[](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.ReadRequest();
  }});
  ASSERT_TRUE(Run().ok());
  ASSERT_THAT(report_.begun, SizeIs(1));
  EXPECT_EQ(report_.Outcomes(), (std::map<Outcome, uint64_t>{{Outcome::kCancelled, 1}}));
  ASSERT_GT(report_.shed.size(), 3u);
  const std::vector<int64_t> due = DueTimes(report_.shed.size() + 1);
  for (size_t i = 0; i < report_.shed.size(); ++i) {
    EXPECT_EQ(report_.shed[i].position, i + 1);
    EXPECT_EQ(report_.shed[i].turns, job_.slice.entries[(i + 1) % 4].item.turns.size());
    EXPECT_EQ(report_.shed[i].due_mono_ns, due[i + 1]);
    EXPECT_LT(report_.shed[i].due_mono_ns, (t0_ + 20ms).time_since_epoch().count());
  }
  EXPECT_EQ(report_.first_idle, (t0_ + 20ms).time_since_epoch().count());
}

TEST_F(AgentLoadTest, AnOpenLoopEndsWithItsLastArrivalWhereThatComesBeforeTheLimit) {
  SetRows({1, 1, 1});
  SetOpenLoop({.rate_per_s = 1000, .in_flight_max = 4});
  job_.spec.load.duration = 10s;
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(report_.first_idle, DueTimes(3).back());
}

TEST_F(AgentLoadTest, ALaterTurnWaitsForItsThinkTime) {
  SetRows({3});
  SetOpenLoop({.rate_per_s = 1000, .in_flight_max = 4, .think_time = 30ms});
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  ASSERT_THAT(report_.begun, SizeIs(3));
  for (uint64_t turn = 1; turn < 3; ++turn) {
    EXPECT_EQ(report_.begun[turn].due_mono_ns - report_.finished.at(turn - 1).end_mono_ns,
              30'000'000);
    EXPECT_GE(report_.begun[turn].begin_mono_ns, report_.begun[turn].due_mono_ns);
  }
}

TEST_F(AgentLoadTest, AFailureHoldsNoArrivalUp) {
  SetRows({1, 1, 1, 1});
  // Gaps of 40 ms: a slot that backed off would have the next arrival shed, which comes before the
  // shortest back-off, of 50 ms, is over.
  SetOpenLoop({.rate_per_s = 25, .process = ArrivalProcess::kConstant, .in_flight_max = 1});
  job_.slice.limits.positions_end = 4;
  ServeAlways(fakes::PlainResponse("503 Busy", R"({"error":"busy"})"));
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(report_.shed, IsEmpty());
  ASSERT_THAT(report_.begun, SizeIs(4));
  const std::vector<int64_t> due = DueTimes(4);
  for (const RequestBegun& begun : report_.begun) {
    EXPECT_EQ(begun.due_mono_ns, due[begun.position]);
  }
}

TEST_F(AgentLoadTest, ASecondTurnCarriesTheServersReply) {
  SetRows({2});
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  ASSERT_THAT(requests_, SizeIs(2));
  EXPECT_THAT(requests_[0], HasSubstr("X-Request-Id: run-0.0\r\n"));
  EXPECT_THAT(requests_[1], HasSubstr("X-Request-Id: run-0.1\r\n"));
  EXPECT_THAT(requests_[1], HasSubstr(R"({"role":"user","content":"q0.0"},)"
                                      R"({"role":"assistant","content":"Hello world"},)"
                                      R"({"role":"user","content":"q0.1"})"));
  EXPECT_TRUE(report_.finished.at(0).output_text.empty()) << "text is reported with --save-text";
}

TEST_F(AgentLoadTest, AfterAFailedTurnTheRestIsNotSent) {
  SetRows({3});
  ServeAlways(fakes::PlainResponse("503 Busy", R"({"error":"busy"})"));
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(requests_, SizeIs(1));
  EXPECT_EQ(report_.unassigned[UnassignedReason::kEarlierTurnFailed], 2u);
}

TEST_F(AgentLoadTest, ASlotBacksOffAfterAFailure) {
  SetRows({1, 1});
  ServeAlways(fakes::PlainResponse("503 Busy", R"({"error":"busy"})"));
  ASSERT_TRUE(Run().ok());
  ASSERT_THAT(report_.begun, SizeIs(2));
  const int64_t end_ns = report_.finished.at(0).end_mono_ns;
  EXPECT_GE(report_.begun[1].due_mono_ns - end_ns, 50'000'000) << "half of 100 ms at least";
  EXPECT_GE(report_.begun[1].begin_mono_ns, report_.begun[1].due_mono_ns);
}

TEST_F(AgentLoadTest, ADurationEndsTheRunAndRepeatsTheDataset) {
  SetRows({1, 1});
  job_.slice.limits.positions_end.reset();
  job_.spec.load.duration = 50ms;
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  EXPECT_GT(report_.begun.size(), 2u);
  const int64_t limit_ns = (t0_ + 50ms).time_since_epoch().count();
  for (const RequestBegun& begun : report_.begun) EXPECT_LT(begun.begin_mono_ns, limit_ns);
  EXPECT_THAT(report_.first_idle, limit_ns) << "the hold ends at the limit";
  EXPECT_TRUE(report_.unassigned.empty()) << "planned is what was begun";
}

TEST_F(AgentLoadTest, WhatIsInFlightAtTheLimitGetsItsGraceAndIsCancelled) {
  SetRows({2, 1});
  job_.spec.load.duration = 200ms;
  job_.spec.load.grace = 30ms;
  const auto script = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(StreamHead() + HttpChunk(TokenEvent("a", 1)));
    co_await connection.UntilClosed();
  };
  Serve({script});
  ASSERT_TRUE(Run().ok());
  ASSERT_THAT(report_.finished, SizeIs(1));
  const RequestFinished& finished = report_.finished.at(0);
  EXPECT_EQ(finished.outcome, Outcome::kCancelled);
  EXPECT_EQ(finished.failure, FailureKind::kCancelledAtLimit);
  EXPECT_GE(finished.end_mono_ns, (t0_ + 230ms).time_since_epoch().count());
  EXPECT_EQ(report_.chunks, 1u) << "tokens of every outcome count";
  EXPECT_EQ(report_.unassigned[UnassignedReason::kEarlierTurnFailed], 1u);
  EXPECT_EQ(report_.unassigned[UnassignedReason::kLimit], 1u);
}

TEST_F(AgentLoadTest, ADrainLetsTheRequestInFlightEndWithinItsGrace) {
  SetRows({1, 1, 1});
  const auto script = [this](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    generator_->Drain(UnassignedReason::kInterrupted, 10s);
    co_await connection.Send(WholeStream());
    co_await connection.UntilClosed();
  };
  Serve({script});
  ASSERT_TRUE(Run().ok());
  ASSERT_THAT(report_.finished, SizeIs(1));
  EXPECT_EQ(report_.finished.at(0).outcome, Outcome::kOk);
  EXPECT_EQ(report_.unassigned[UnassignedReason::kInterrupted], 2u);
}

TEST_F(AgentLoadTest, ADrainWithoutGraceCancelsAtOnce) {
  SetRows({1, 1, 1});
  const auto script = [this](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    generator_->Drain(UnassignedReason::kAgentLost, 0s);
    co_await connection.UntilClosed();
  };
  Serve({script});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(report_.finished.at(0).failure, FailureKind::kAgentLost);
  EXPECT_EQ(report_.unassigned[UnassignedReason::kAgentLost], 2u);
}

TEST_F(AgentLoadTest, ADrainEndsARampAndABackOff) {
  SetRows({1, 1, 1});
  SetSlots(2);
  job_.spec.load.ramp = 1h;  // the second slot would begin in half an hour
  const auto script = [this](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(fakes::PlainResponse("503 Busy", "{}"));
    co_await connection.ReadRequest();
    generator_->Drain(UnassignedReason::kInterrupted, 10s);
    co_await connection.Send(fakes::PlainResponse("503 Busy", "{}"));
    co_await connection.UntilClosed();
  };
  Serve({script});
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(report_.begun, SizeIs(2));
  EXPECT_EQ(report_.unassigned[UnassignedReason::kInterrupted], 1u);
  EXPECT_EQ(report_.slots_filled, std::nullopt);
}

TEST_F(AgentLoadTest, MoreSlotsThanFilesIsRefusedBeforeAnythingIsSent) {
  SetRows({1});
  SetSlots(2000);
  ServeAlways(WholeStream());
  const absl::Status status = Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("agent 0 needs 2064 open files for 2000 slots, but the limit is 1024"));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(AgentLoadTest, ARowThatCantBeSentIsNamedAsTheDatasetNamesIt) {
  SetRows({1, 2});
  ServeAlways(WholeStream());
  WorkloadItem& row = job_.slice.entries[1].item;
  row.line = 17;
  row.question_id = "q-81";
  row.extra_json = "[1]";
  const absl::Status status = Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              ::testing::StartsWith("row 17 of the dataset, question q-81, turn 0: extra request "
                                    "fields of the row: "));
  EXPECT_THAT(requests_, SizeIs(0));
}

TEST_F(AgentLoadTest, AHostWithoutAddressIsNamedWhenItPrepares) {
  SetRows({1});
  job_.targets = {fakes::VllmJob("http://no-such-host.invalid:8000")};
  const absl::Status status = Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("http://no-such-host.invalid:8000"));
}

TEST_F(AgentLoadTest, RequestsBegunBeyondTheSlotsAreReportedAtOnce) {
  SetRows(std::vector<uint32_t>(20, 1));
  options_.batch_interval = 1h;
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  EXPECT_GT(report_.batches.size(), 5u);
  for (const AgentBatch& batch : report_.batches) EXPECT_LE(batch.begun.size(), 3u);
}

TEST_F(AgentLoadTest, TextIsReportedWhereItIsToBeSaved) {
  SetRows({1});
  job_.spec.save_text = true;
  ServeAlways(WholeStream());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(report_.finished.at(0).output_text, "Hello world");
}

}  // namespace
}  // namespace specctl::agent
