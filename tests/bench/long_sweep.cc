// Writes a sweep as `specctl sweep` leaves it, whose journals are those of simulated steady runs
// (tests/unit/common/analysis/steady_traffic.h); without figures, which `specctl plan` makes of
// them.
#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/journal/journal_writer.h"
#include "common/planning/sweep_json.h"
#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl {
namespace {

constexpr const char* kTargets[] = {"off", "dl1", "dl3", "dl7"};
constexpr const char* kCategories[] = {"coding",   "humanities", "math",    "multilingual",
                                       "qa",       "rag",        "reading", "reasoning",
                                       "roleplay", "stem",       "writing"};
constexpr uint64_t kRows = 880;
constexpr double kRequestsPerS = 100;
constexpr uint32_t kOsl = 256;
constexpr double kStepTokens = 2.2;  // of those runs, about
constexpr int kDrawnS = 10;          // warm-up, as drawn there

absl::Status WriteRun(const std::string& dir, const SweepPoint& point, int hold_s, uint64_t seed) {
  std::vector<Event> events =
      SteadyJournal({.hold_s = hold_s, .requests_per_s = kRequestsPerS, .osl = kOsl}, seed);
  auto& begun = std::get<RunBegun>(events.front());
  begun.spec.run_id = point.run_id;
  begun.spec.dataset = {.name = point.key.dataset, .rows = kRows};
  begun.spec.targets.front().name = point.key.target;
  auto journal = JournalWriter::Create(dir + "/journal.pb");
  if (!journal.ok()) return journal.status();
  for (const Event& event : events) {
    journal->AppendEvent(event);
    if (!std::holds_alternative<RunBegun>(event)) continue;
    for (uint64_t row = 0; row < kRows; ++row) {
      journal->AppendEvent(PlannedRow{.order_index = row,
                                      .question_id = absl::StrFormat("%d", row),
                                      .category = kCategories[row % std::size(kCategories)]});
    }
  }
  return journal->Sync();
}

absl::Status WriteSweep(const std::string& folder, int points, double chunks) {
  const int hold_s =
      static_cast<int>(std::ceil(chunks / (kRequestsPerS * kOsl / kStepTokens))) - kDrawnS;
  if (hold_s < kDrawnS) return absl::InvalidArgumentError("--chunks: too few for a hold");
  Sweep sweep{.id = "20261130-120000-1ong", .specctl_version = "bench"};
  for (const char* target : kTargets) sweep.targets.push_back({.name = target, .gpus = 1});
  sweep.datasets.push_back({.name = "throughput_1k", .isl_tokens = 1'000});
  for (int i = 0; i < points; ++i) {
    const auto level = static_cast<double>(1 + i / static_cast<int>(std::size(kTargets)));
    SweepPoint point{.key = {.target = kTargets[static_cast<size_t>(i) % std::size(kTargets)],
                             .load = {.kind = LoadKind::kConcurrency, .level = level},
                             .dataset = "throughput_1k"},
                     .state = PointState::kDone,
                     .run_id = absl::StrFormat("20261130-12%04d-1ong", i)};
    point.folder = "runs/" + point.run_id;
    const std::string dir = folder + "/" + point.folder;
    std::filesystem::create_directories(dir);
    absl::Status written = WriteRun(dir, point, hold_s, static_cast<uint64_t>(i));
    if (!written.ok()) return written;
    if (sweep.grid.loads.empty() || sweep.grid.loads.back().level != level) {
      sweep.grid.loads.push_back(point.key.load);
    }
    sweep.points.push_back(std::move(point));
  }
  std::ofstream(folder + "/" + std::string(kSweepFile)) << SweepJson(sweep);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("Writes a long sweep");
  std::string folder;
  int points = 100;
  double chunks = 10e6;
  app.add_option("folder", folder, "that it is written into")->required();
  app.add_option("--points", points);
  app.add_option("--chunks", chunks, "of each point, about");
  CLI11_PARSE(app, argc, argv);
  const absl::Status written = WriteSweep(folder, points, chunks);
  if (!written.ok()) std::fprintf(stderr, "long_sweep: %s\n", written.ToString().c_str());
  return written.ok() ? 0 : 1;
}

}  // namespace
}  // namespace specctl

int main(int argc, char** argv) { return specctl::Main(argc, argv); }
