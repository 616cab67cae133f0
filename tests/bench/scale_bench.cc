// What one controller takes: agents that are played, each with a session of its own over gRPC, send
// the batches of so many streams; how long their acknowledgements take, and what the controller
// costs.  Agents and controller are two processes of this machine; one JSON line.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/base/child_process.h"
#include "common/base/file_limit.h"
#include "common/base/own_program.h"
#include "common/journal/chunk_codec.h"
#include "controller/measure/measure.h"
#include "tests/fakes/fake_agent.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kBatch = milliseconds(200);
constexpr int kChunksPerBatch = 10;          // of a stream: 50 a second
constexpr uint64_t kBatchesPerRequest = 20;  // 200 chunks, 4 s

struct Flags {
  std::string folder, play_address;
  uint32_t agents = 16, streams = 52;  // of each agent
  uint32_t seconds = 10;
};

// --- the agents ---------------------------------------------------------------------------------

// The batches of one agent whose streams are always busy.
class PlayedLoad {
 public:
  PlayedLoad(uint32_t agent, uint32_t agents, uint32_t streams)
      : agent_(agent), agents_(agents), ordinals_(streams) {}

  // Adds what happens in batch number `n`, from 0.
  void Fill(uint64_t n, bool is_last, AgentBatch& batch) {
    ChunkRunEncoder encoder;
    std::vector<std::pair<uint64_t, uint32_t>> order;
    for (uint32_t slot = 0; slot < ordinals_.size(); ++slot) {
      // Streams end one after another, not all at once.
      if (n == 0 || (n + slot) % kBatchesPerRequest == 0) Begin(slot, batch);
      order.emplace_back(ordinals_[slot], slot);
    }
    std::sort(order.begin(), order.end());
    uint64_t previous = 0;
    for (const auto& [ordinal, slot] : order) {
      encoder.Reset(batch.from_mono_ns / 1000);
      for (int chunk = 0; chunk < kChunksPerBatch; ++chunk) {
        encoder.AppendRecord({.arrival_us = batch.from_mono_ns / 1000 + chunk * 20'000 + 31 * slot +
                                            static_cast<int64_t>(SplitMix64(ordinal + n) % 900),
                              .tokens = 1 + static_cast<uint32_t>(ordinal + n) % 4});
      }
      encoder.AppendSection(ordinal, previous, batch.chunks);
      previous = ordinal;
      const bool ends = is_last || (n + 1 + slot) % kBatchesPerRequest == 0;
      if (ends) {
        batch.finished.push_back({.ordinal = ordinal,
                                  .finish_reason = "length",
                                  .start_mono_ns = batch.from_mono_ns,
                                  .end_mono_ns = batch.to_mono_ns});
      }
    }
  }

 private:
  void Begin(uint32_t slot, AgentBatch& batch) {
    ordinals_[slot] = next_++;
    RequestBegun& begun = batch.begun.emplace_back();
    begun.ordinal = ordinals_[slot];
    begun.position = begun.ordinal * agents_ + agent_;
    begun.slot = slot;
    begun.due_mono_ns = begun.begin_mono_ns = batch.from_mono_ns;
  }

  const uint32_t agent_, agents_;
  std::vector<uint64_t> ordinals_;  // by slot
  uint64_t next_ = 1;
};

// Acknowledgements, from when each batch was due.
absl::StatusOr<std::vector<double>> PlayAgent(const Flags& flags, uint32_t number) {
  fakes::FakeAgent agent({.address = flags.play_address,
                          .incarnation = 1'000 + number,
                          .session_max = seconds(flags.seconds + 300)});
  if (!agent.JoinAndPrepare() || !agent.AwaitArm()) {
    return absl::UnavailableError(absl::StrFormat("agent %d was not armed", number));
  }
  PlayedLoad load(agent.agent(), flags.agents, flags.streams);
  const uint64_t batches = static_cast<uint64_t>(seconds(flags.seconds) / kBatch);
  std::vector<double> acks_ms;
  for (uint64_t n = 0; n < batches; ++n) {
    AgentBatch batch = agent.Batch(n + 1);
    batch.from_mono_ns = agent.arm().t0_mono_ns + static_cast<int64_t>(n) * kBatch.count();
    batch.to_mono_ns = batch.from_mono_ns + kBatch.count();
    if (n == 0) batch.slots_filled_mono_ns = batch.from_mono_ns;
    load.Fill(n, n + 1 == batches, batch);
    const MonoTime due{Nanos(batch.to_mono_ns)};
    std::this_thread::sleep_until(std::chrono::steady_clock::time_point(due.time_since_epoch()));
    if (!agent.SendBatch(batch) || !agent.AwaitAck(n + 1)) {
      return absl::UnavailableError(absl::StrFormat("agent %d: its session has ended", number));
    }
    acks_ms.push_back(static_cast<double>((MonoNow() - due).count()) / 1e6);
  }
  if (!agent.Finish()) {
    return absl::UnavailableError(absl::StrFormat("agent %d was not released", number));
  }
  return acks_ms;
}

double Quantile(std::vector<double>& values, double q) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<size_t>(q * static_cast<double>(values.size()));
  return values.empty() ? 0 : values[std::min(rank, values.size() - 1)];
}

absl::Status PlayAll(const Flags& flags) {
  std::vector<absl::StatusOr<std::vector<double>>> told(flags.agents, absl::UnknownError(""));
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < flags.agents; ++i) {
    threads.emplace_back([&, i] { told[i] = PlayAgent(flags, i); });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<double> acks_ms;
  for (const auto& each : told) {
    if (!each.ok()) return each.status();
    acks_ms.insert(acks_ms.end(), each->begin(), each->end());
  }
  const double p50 = Quantile(acks_ms, 0.5), p99 = Quantile(acks_ms, 0.99);
  absl::PrintF("\"batches\": %d, \"ack_p50_ms\": %.0f, \"ack_p99_ms\": %.0f, \"ack_max_ms\": %.0f",
               acks_ms.size(), p50, p99, acks_ms.back());
  return absl::OkStatus();
}

// --- the controller -----------------------------------------------------------------------------

class Unwatched final : public RunObserver {
 public:
  void OnSnapshot(std::shared_ptr<const RunSnapshot>) override {}
  void OnEnd() override {}
};

ResolvedRun RunOf(const Flags& flags) {
  constexpr uint64_t kRows = 64;
  ResolvedRun run;
  run.spec.run_id = "scale";
  run.spec.specctl_version = "bench";
  run.spec.load.shape = ClosedLoop{flags.agents * flags.streams};
  run.spec.load.agents = flags.agents;
  run.spec.load.duration = seconds(flags.seconds);
  run.spec.targets = {{.url = "http://played"}};
  run.spec.server_metrics = false;
  run.join_timeout = seconds(120);
  run.targets = {TargetProbed{.target = 0, .url = "http://played", .engine = "vllm", .model = "m"}};
  auto workload = std::make_shared<Workload>();
  for (uint64_t i = 0; i < kRows; ++i) {
    WorkloadItem item;
    item.turns = {{Message{.role = "user", .content = "Why?"}}};
    workload->items.push_back(std::move(item));
    workload->rows.push_back({.order_index = i});
  }
  run.workload = std::move(workload);
  return run;
}

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

absl::Status MeasureScale(const Flags& flags) {
  RaiseFileLimit();
  std::filesystem::create_directories(flags.folder);
  // Agents of another version are let in by no controller.
  auto fleet = Fleet::Start(
      {.specctl_version = fakes::FakeAgent::Options().specctl_version, .join_token = ""});
  if (!fleet.ok()) return fleet.status();
  const std::string told = flags.folder + "/agents.json";
  auto agents = ChildProcess::Start(
      {.words = {OwnProgram(), "--folder", flags.folder, "--play", (*fleet)->address(), "--agents",
                 std::to_string(flags.agents), "--streams", std::to_string(flags.streams),
                 "--seconds", std::to_string(flags.seconds)},
       .stdout_path = told});
  if (!agents.ok()) return agents.status();
  while ((*fleet)->members().size() < flags.agents && !agents->Ended()) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  const ResolvedRun run = RunOf(flags);
  const RunDir dir{.path = flags.folder};
  Unwatched observer;
  const double cpu_before_s = CpuSeconds();
  const auto outcome = Measure(run, dir, **fleet, StopToken(), observer);
  const double cpu_s = CpuSeconds() - cpu_before_s;
  if (!outcome.ok()) return outcome.status();
  if (outcome->ended.end != RunEnd::kCompleted) {
    return absl::FailedPreconditionError(outcome->ended.reason);
  }
  while (!agents->Ended()) std::this_thread::sleep_for(milliseconds(10));
  std::string acks;
  std::getline(std::ifstream(told), acks);
  const double chunks = 1e9 / static_cast<double>(kBatch.count()) * flags.seconds *
                        kChunksPerBatch * flags.agents * flags.streams;
  absl::PrintF(
      "{\"agents\": %d, \"chunks_per_s\": %.0f, %s, \"controller_cores\": %.2f, "
      "\"controller_ns_per_chunk\": %.0f, \"journal_bytes_per_chunk\": %.2f}\n",
      flags.agents, chunks / flags.seconds, acks, cpu_s / flags.seconds, cpu_s * 1e9 / chunks,
      static_cast<double>(std::filesystem::file_size(dir.JournalPath())) / chunks);
  return absl::OkStatus();
}

}  // namespace
}  // namespace specctl::controller

int main(int argc, char** argv) {
  specctl::controller::Flags flags;
  CLI::App app{"A controller under the batches of many agents that are played"};
  app.add_option("--folder", flags.folder, "For the journal")->required();
  app.add_option("--agents", flags.agents)->capture_default_str();
  app.add_option("--streams", flags.streams, "Of each agent, 50 chunks a second each")
      ->capture_default_str();
  app.add_option("--seconds", flags.seconds)->capture_default_str();
  app.add_option("--play", flags.play_address, "The controller: be the agents")->group("");
  CLI11_PARSE(app, argc, argv);
  specctl::RaiseFileLimit();
  const absl::Status measured = flags.play_address.empty()
                                    ? specctl::controller::MeasureScale(flags)
                                    : specctl::controller::PlayAll(flags);
  if (measured.ok()) return 0;
  absl::FPrintF(stderr, "scale_bench: %s\n", std::string(measured.message()));
  return 1;
}
