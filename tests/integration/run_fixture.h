// A run of two agents over six one-turn conversations, measured on a thread of its own.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/journal/journal_reader.h"
#include "controller/measure/measure.h"
#include "tests/fakes/fake_agent.h"

namespace specctl::controller {

// Every event of the journal at `path`; none where it has not been created yet.
inline std::vector<Event> EventsOf(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  auto reader = JournalReader::Open(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<Event> events;
  while (true) {
    auto event = reader->Next();
    EXPECT_TRUE(event.ok()) << event.status();
    if (!event.ok() || !event->has_value()) return events;
    events.push_back(**event);
  }
}

// Keeps what it was shown.
class KeepingObserver final : public RunObserver {
 public:
  void OnSnapshot(std::shared_ptr<const RunSnapshot> snapshot) override {
    snapshots.push_back(std::move(snapshot));
  }
  void OnEnd() override { ended = true; }

  std::vector<std::shared_ptr<const RunSnapshot>> snapshots;
  bool ended = false;
};

class RunFixture : public ::testing::Test {
 protected:
  RunFixture() {
    folder_ = ::testing::TempDir() + "controller_run_" + std::to_string(getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    run_.spec.run_id = "run-1";
    run_.spec.load.shape = ClosedLoop{4};
    run_.spec.load.agents = 2;
    run_.spec.targets = {{.url = "http://engine:8000"}};
    run_.spec.server_metrics = false;
    run_.targets = {TargetProbed{.target = 0,
                                 .url = "http://engine:8000",
                                 .engine = "vllm",
                                 .identity = {},
                                 .model = "m",
                                 .max_model_len_tokens = std::nullopt,
                                 .token_source = TokenSource::kContinuousUsage,
                                 .dialect = R"({"fields":{"asks":true}})",
                                 .metrics_url = "",
                                 .metrics_note = ""}};
    auto workload = std::make_shared<Workload>();
    for (uint64_t i = 0; i < 6; ++i) {
      WorkloadItem row;
      row.turns = {{{.role = "user", .content = "question " + std::to_string(i), .raw_json = ""}}};
      workload->items.push_back(row);
      PlannedRow planned;
      planned.order_index = i;
      planned.question_id = std::to_string(i);
      workload->rows.push_back(planned);
    }
    workload->limits.positions_end = 6;
    workload->limits.planned_requests = 6;
    run_.workload = workload;
  }
  ~RunFixture() override {
    fleet_.reset();
    std::filesystem::remove_all(folder_);
  }

  void StartFleet(std::vector<std::string> agent_command = {"/proc/self/exe"},
                  bool resuming = false) {
    Fleet::Options options;
    options.resuming = resuming;
    options.specctl_version = "0.1.0";
    options.agent_command = std::move(agent_command);
    auto fleet = Fleet::Start(options);
    ASSERT_TRUE(fleet.ok()) << fleet.status();
    fleet_ = *std::move(fleet);
  }
  absl::StatusOr<RunOutcome> MeasureNow() {
    return Measure(run_, {.path = folder_}, *fleet_, StopToken(stops_), observer_);
  }
  // Begins the run on a thread; what agents must know to dial.
  fakes::FakeAgent::Options Begin() {
    if (fleet_ == nullptr) StartFleet();
    outcome_ = std::async(std::launch::async, [this] { return MeasureNow(); });
    return Agent();
  }
  fakes::FakeAgent::Options Agent() const {
    return {.address = fleet_->address(), .join_token = fleet_->join_token()};
  }
  // Agents get their places in the order in which they join.
  static fakes::FakeAgent::Options As(fakes::FakeAgent::Options options, uint64_t number) {
    options.incarnation = 100 + number;
    return options;
  }
  RunEnded End() {
    const auto outcome = outcome_.get();
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->ended : RunEnded{};
  }

  std::string JournalPath() const { return RunDir{.path = folder_}.JournalPath(); }
  std::vector<Event> Journal() const { return EventsOf(JournalPath()); }
  template <typename T>
  std::vector<T> Of() const {
    std::vector<T> found;
    for (const Event& event : Journal()) {
      if (const T* is = std::get_if<T>(&event)) found.push_back(*is);
    }
    return found;
  }

  std::string folder_;
  ResolvedRun run_;
  std::unique_ptr<Fleet> fleet_;
  const std::shared_ptr<std::atomic<uint32_t>> stops_ = std::make_shared<std::atomic<uint32_t>>(0);
  KeepingObserver observer_;
  std::future<absl::StatusOr<RunOutcome>> outcome_;
};

}  // namespace specctl::controller
