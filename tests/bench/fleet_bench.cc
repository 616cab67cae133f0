// What a run costs before T0 and after its last response, where its agents are there already: one
// fleet, equal runs one after another, a JSON line for each.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

#include <absl/strings/str_format.h>

#include "common/journal/journal_reader.h"
#include "controller/measure/measure.h"
#include "controller/measure/resolve.h"

namespace specctl::controller {
namespace {

struct Flags {
  std::string specctl, url, dataset, folder;
  uint32_t agents = 16, bs = 64, osl_tokens = 8;
  int runs = 20;
};

class Unwatched final : public RunObserver {
 public:
  void OnSnapshot(std::shared_ptr<const RunSnapshot>) override {}
  void OnEnd() override {}
};

// When things were, on this host's CLOCK_MONOTONIC.
struct Marks {
  int64_t armed_mono_ns = 0;  // T0 was settled
  int64_t t0_mono_ns = 0;
  int64_t last_end_mono_ns = 0;  // of a response
  uint64_t ok = 0;
};

void Note(const Event& event, Marks& marks) {
  if (const auto* armed = std::get_if<Armed>(&event)) marks.t0_mono_ns = armed->t0_mono_ns;
  const auto* stage = std::get_if<StageChanged>(&event);
  if (stage != nullptr && stage->stage == RunStage::kArmed) marks.armed_mono_ns = stage->at_mono_ns;
  const auto* batch = std::get_if<AgentBatch>(&event);
  if (batch == nullptr) return;
  for (const RequestFinished& request : batch->finished) {
    marks.last_end_mono_ns = std::max(marks.last_end_mono_ns, request.end_mono_ns);
    if (request.outcome == Outcome::kOk) ++marks.ok;
  }
}

absl::StatusOr<Marks> ReadMarks(const std::string& journal) {
  auto reader = JournalReader::Open(journal);
  if (!reader.ok()) return reader.status();
  Marks marks;
  for (;;) {
    const auto event = reader->Next();
    if (!event.ok()) return event.status();
    if (!event->has_value()) return marks;
    Note(**event, marks);
  }
}

MeasureRequest RequestOf(const Flags& flags, int number) {
  MeasureRequest request;
  request.spec.run_id = absl::StrFormat("run-%d", number);
  request.spec.specctl_version = "bench";
  request.spec.load.shape = ClosedLoop{flags.bs};
  request.spec.targets = {{.url = flags.url}};
  request.spec.server_metrics = false;
  request.spec.request.ignore_eos = true;
  request.secrets.basic_authorizations.resize(1);
  request.prompts = DatasetRequest{.dataset = flags.dataset};
  request.agents = flags.agents;
  request.osl_tokens = flags.osl_tokens;
  return request;
}

absl::Status MeasureOne(const Flags& flags, int number, Fleet& fleet) {
  ProbingNetwork network({.hosts = {{.name = "", .cores = flags.agents, .files_max = 65'536}},
                          .controller_files_max = 65'536},
                         [](std::string_view) {});
  const auto run = Resolve(RequestOf(flags, number), network);
  if (!run.ok()) return run.status();
  const RunDir dir{.path = absl::StrFormat("%s/%d", flags.folder, number)};
  std::filesystem::create_directories(dir.path);
  Unwatched observer;
  const int64_t called_mono_ns = MonoNs(MonoNow());
  const auto outcome = Measure(*run, dir, fleet, StopToken(), observer);
  const int64_t returned_mono_ns = MonoNs(MonoNow());
  if (!outcome.ok()) return outcome.status();
  if (outcome->ended.end != RunEnd::kCompleted) {
    return absl::FailedPreconditionError(outcome->ended.reason);
  }
  const auto marks = ReadMarks(dir.JournalPath());
  if (!marks.ok()) return marks.status();
  absl::PrintF(
      "{\"to_t0_ms\": %.3f, \"lead_ms\": %.3f, \"load_ms\": %.3f, \"end_ms\": %.3f, "
      "\"rows\": %d, \"ok\": %d}\n",
      static_cast<double>(marks->t0_mono_ns - called_mono_ns) / 1e6,
      static_cast<double>(marks->t0_mono_ns - marks->armed_mono_ns) / 1e6,
      static_cast<double>(marks->last_end_mono_ns - marks->t0_mono_ns) / 1e6,
      static_cast<double>(returned_mono_ns - marks->last_end_mono_ns) / 1e6,
      run->workload->rows.size(), marks->ok);
  return absl::OkStatus();
}

absl::Status MeasureAll(const Flags& flags) {
  auto fleet =
      Fleet::Start({.specctl_version = SPECCTL_VERSION, .agent_command = {flags.specctl, "agent"}});
  if (!fleet.ok()) return fleet.status();
  if (auto grown = (*fleet)->Grow(flags.agents); !grown.ok()) return grown;
  // Starting the processes is not what is measured.
  while ((*fleet)->members().size() < flags.agents) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  for (int number = 0; number < flags.runs; ++number) {
    if (auto measured = MeasureOne(flags, number, **fleet); !measured.ok()) return measured;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace specctl::controller

int main(int argc, char** argv) {
  specctl::controller::Flags flags;
  CLI::App app{"Equal runs on one fleet; what each takes before T0 and after its last response"};
  app.add_option("--specctl", flags.specctl, "The program whose agents serve")->required();
  app.add_option("--url", flags.url, "The engine")->required();
  app.add_option("--dataset", flags.dataset, "A file of prompts")->required();
  app.add_option("--folder", flags.folder, "For the journals")->required();
  app.add_option("--agents", flags.agents)->capture_default_str();
  app.add_option("--bs", flags.bs)->capture_default_str();
  app.add_option("--osl", flags.osl_tokens)->capture_default_str();
  app.add_option("--runs", flags.runs)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const absl::Status measured = specctl::controller::MeasureAll(flags);
  if (measured.ok()) return 0;
  absl::FPrintF(stderr, "fleet_bench: %s\n", std::string(measured.message()));
  return 1;
}
