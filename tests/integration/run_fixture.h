// A run of two agents over six one-turn conversations, driven on a thread of its own.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/journal/journal_reader.h"
#include "controller/run/run_driver.h"
#include "tests/fakes/fake_agent.h"

namespace specctl::controller {

class RunFixture : public ::testing::Test {
 protected:
  RunFixture() {
    folder_ = ::testing::TempDir() + "controller_run_" + std::to_string(getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    input_.journal_path = folder_ + "/journal.pb";
    input_.spec.run_id = "run-1";
    input_.spec.load.bs = 4;
    input_.spec.load.agents = 2;
    input_.spec.targets = {{.url = "http://engine:8000"}};
    input_.targets = {TargetProbed{.target = 0,
                                   .url = "http://engine:8000",
                                   .engine = "vllm",
                                   .engine_version = "",
                                   .model = "m",
                                   .max_model_len_tokens = std::nullopt,
                                   .token_source = TokenSource::kContinuousUsage,
                                   .continuous_usage = true,
                                   .metrics_url = "",
                                   .metrics_note = "",
                                   .draft_length = std::nullopt}};
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
    input_.workload = workload;
    around_.interrupts = [this] { return interrupts_.load(); };
    around_.on_listening = [this](const std::string& address, const std::string& token) {
      listening_.set_value({.address = address, .join_token = token});
    };
  }
  ~RunFixture() override { std::filesystem::remove_all(folder_); }

  // Begins the run on a thread; what agents must know to dial.
  fakes::FakeAgent::Options Begin() {
    run_ = std::async(std::launch::async, [this] { return DriveRun(input_, around_); });
    return listening_.get_future().get();
  }
  static fakes::FakeAgent::Options As(fakes::FakeAgent::Options options, uint32_t agent) {
    options.agent = agent;
    options.incarnation = 100 + agent;
    return options;
  }
  RunEnded End() {
    const auto ended = run_.get();
    EXPECT_TRUE(ended.ok()) << ended.status();
    return ended.ok() ? *ended : RunEnded{};
  }

  std::vector<Event> Journal() const {
    auto reader = JournalReader::Open(input_.journal_path);
    EXPECT_TRUE(reader.ok()) << reader.status();
    std::vector<Event> events;
    while (true) {
      auto event = reader->Next();
      EXPECT_TRUE(event.ok()) << event.status();
      if (!event.ok() || !event->has_value()) return events;
      events.push_back(**event);
    }
  }
  template <typename T>
  std::vector<T> Of() const {
    std::vector<T> found;
    for (const Event& event : Journal()) {
      if (const T* is = std::get_if<T>(&event)) found.push_back(*is);
    }
    return found;
  }
  std::vector<RunStage> Stages() const {
    std::vector<RunStage> stages;
    for (const StageChanged& changed : Of<StageChanged>()) stages.push_back(changed.stage);
    return stages;
  }

  std::string folder_;
  RunInput input_;
  RunSurroundings around_;
  std::atomic<uint32_t> interrupts_{0};
  std::promise<fakes::FakeAgent::Options> listening_;
  std::future<absl::StatusOr<RunEnded>> run_;
};

}  // namespace specctl::controller
