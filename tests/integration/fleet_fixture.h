// A fleet of real agent processes, simulated engines in processes of their own, and runs of them.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/journal/journal_reader.h"
#include "controller/measure/measure.h"
#include "controller/measure/resolve.h"
#include "tests/integration/sim_process.h"

namespace specctl::controller {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Calls `then` once, when the first requests have ended.
class OnceUnderLoad final : public RunObserver {
 public:
  explicit OnceUnderLoad(std::function<void()> then = {}) : then_(std::move(then)) {}

  void OnSnapshot(std::shared_ptr<const RunSnapshot> snapshot) override {
    if (snapshot->figures.done == 0 || !then_) return;
    std::exchange(then_, nullptr)();
  }
  void OnEnd() override {}

 private:
  std::function<void()> then_;
};

class FleetFixture : public ::testing::Test {
 protected:
  // Before the first fleet: a process that has used gRPC must not fork.
  static void SetUpTestSuite() {
    const std::vector<std::string> flags = {"--step-ms",   "2", "--step-ms-per-seq", "0.01",
                                            "--draft-ms",  "0", "--draft-length",    "3",
                                            "--max-batch", "64"};
    for (auto& engine : engines_) engine = std::make_unique<sim::SimProcess>(flags);
  }
  static void TearDownTestSuite() {
    for (auto& engine : engines_) engine.reset();
  }

  FleetFixture() {
    folder_ = ::testing::TempDir() + "fleet_" + std::to_string(getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    WritePrompts("questions.jsonl", 200, R"({"prompt": "Question %: what is it, and why?"})");
    WritePrompts("talks.jsonl", 60, R"({"turns": ["Talk %: begin.", "Go on.", "And then?"]})");
    auto fleet = Fleet::Start({.specctl_version = "0.1.0", .agent_command = {SPECCTL, "agent"}});
    EXPECT_TRUE(fleet.ok()) << fleet.status();
    fleet_ = *std::move(fleet);
  }
  ~FleetFixture() override {
    fleet_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string PathOf(const std::string& name) const { return folder_ + "/" + name; }

  // A run of `engines` engines, with what all runs here have in common.
  MeasureRequest Request(const std::string& run_id, size_t engines = 1) const {
    MeasureRequest request;
    request.spec.run_id = run_id;
    request.spec.specctl_version = "0.1.0";
    request.spec.server_metrics = false;
    request.spec.request.ignore_eos = true;
    for (size_t i = 0; i < engines; ++i) {
      request.spec.targets.push_back(
          {.url = "http://127.0.0.1:" + std::to_string(engines_.at(i)->port())});
    }
    request.secrets.basic_authorizations.resize(engines);
    request.prompts = DatasetRequest{.dataset = "builtin"};
    request.osl_tokens = 16;
    return request;
  }
  static absl::StatusOr<ResolvedRun> Resolved(MeasureRequest request) {
    ProbingNetwork network(
        {.hosts = {{.name = "", .cores = 16, .files_max = 65'536}}, .controller_files_max = 65'536},
        [](std::string_view) {});
    return Resolve(std::move(request), network);
  }

  // In a folder of its own, named as the run.
  absl::StatusOr<RunOutcome> MeasureRun(const ResolvedRun& run, RunObserver& observer,
                                        StopToken stop = {}) {
    const std::string path = PathOf(run.spec.run_id);
    std::filesystem::create_directories(path);
    return Measure(run, {.path = path}, *fleet_, std::move(stop), observer);
  }
  std::vector<Event> JournalOf(const std::string& run_id) const {
    auto reader = JournalReader::Open(RunDir{.path = PathOf(run_id)}.JournalPath());
    EXPECT_TRUE(reader.ok()) << reader.status();
    std::vector<Event> events;
    while (reader.ok()) {
      auto event = reader->Next();
      EXPECT_TRUE(event.ok()) << event.status();
      if (!event.ok() || !event->has_value()) break;
      events.push_back(*std::move(*event));
    }
    return events;
  }

  inline static std::array<std::unique_ptr<sim::SimProcess>, 2> engines_;
  std::string folder_;
  std::unique_ptr<Fleet> fleet_;

 private:
  // `rows` lines of `row`, with the row's number for its %.
  void WritePrompts(const std::string& name, int rows, const std::string& row) const {
    const size_t at = row.find('%');
    std::ofstream out(PathOf(name));
    for (int i = 0; i < rows; ++i) {
      out << row.substr(0, at) << i << row.substr(at + 1) << '\n';
    }
  }
};

}  // namespace specctl::controller
