// Chunks per second and core through the controller: from a batch's bytes, as they come off the
// wire, into the journal and the fold, to the results.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/analysis/run_fold.h"
#include "common/base/hash.h"
#include "common/journal/batch_codec.h"
#include "common/journal/chunk_codec.h"
#include "common/journal/event_codec.h"
#include "common/journal/record_frame.h"
#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl {
namespace {

constexpr int64_t kT0Ns = 1'000'000'000'000;
constexpr int64_t kBatchNs = 200'000'000;
constexpr int64_t kChunksPerBatch = 10;  // of a stream: 50 chunks/s
constexpr int kBatches = 50;             // 10 s of load
constexpr uint32_t kStreams = 512;

// Batch number `n` of one agent with `streams` streams open all the time.
AgentBatch MakeBatch(int n, uint32_t agent, uint32_t streams) {
  AgentBatch batch{.agent = agent, .incarnation = 1, .seq = static_cast<uint64_t>(n) + 1};
  batch.from_mono_ns = kT0Ns + n * kBatchNs;
  batch.to_mono_ns = batch.from_mono_ns + kBatchNs;
  ChunkRunEncoder encoder;
  uint64_t previous = 0;
  for (uint64_t stream = 0; stream < streams; ++stream) {
    if (n == 0) {
      batch.begun.push_back({.ordinal = stream,
                             .position = stream * 16 + agent,
                             .slot = static_cast<uint32_t>(stream),
                             .due_mono_ns = kT0Ns,
                             .begin_mono_ns = kT0Ns});
    }
    encoder.Reset(batch.from_mono_ns / 1000);
    for (int64_t chunk = 0; chunk < kChunksPerBatch; ++chunk) {
      const uint64_t random = SplitMix64(stream * 1000 + static_cast<uint64_t>(n * 10 + chunk));
      encoder.AppendRecord({.arrival_us = batch.from_mono_ns / 1000 + chunk * 20'000 +
                                          static_cast<int64_t>(stream * 31 + random % 1000),
                            .tokens = 1 + static_cast<uint32_t>(random >> 40) % 4});
    }
    encoder.AppendSection(stream, previous, batch.chunks);
    previous = stream;
    if (n == kBatches - 1) {
      batch.finished.push_back({.ordinal = stream,
                                .finish_reason = "length",
                                .start_mono_ns = kT0Ns,
                                .end_mono_ns = batch.to_mono_ns,
                                .output_tokens = 1250,
                                .chunks = kBatches * kChunksPerBatch});
    }
  }
  return batch;
}

std::vector<std::string> MakeWire(uint32_t agents) {
  std::vector<std::string> wire;
  for (int n = 0; n < kBatches; ++n) {
    for (uint32_t agent = 0; agent < agents; ++agent) {
      wire.push_back(BatchToProto(MakeBatch(n, agent, kStreams / agents)).SerializeAsString());
    }
  }
  return wire;
}

void StartRun(RunFold& fold, uint32_t agents) {
  RunBegun begun;
  begun.spec.load.shape = ClosedLoop{kStreams};
  begun.spec.load.agents = agents;
  begun.spec.targets = {{.url = "http://target:8000"}};
  (void)fold.Apply(begun);
  (void)fold.Apply(TargetProbed{.url = "http://target:8000", .engine = "vllm"});
  for (uint32_t agent = 0; agent < agents; ++agent) {
    (void)fold.Apply(AgentJoined{
        .agent = agent, .incarnation = 1, .host = {.boot_id = "b"}, .slots = kStreams / agents});
  }
  (void)fold.Apply(Armed{.t0_mono_ns = kT0Ns, .t0_unix_ns = kT0Ns, .boot_id = "b"});
}

// range(0): agents.
void BM_IngestAndFold(benchmark::State& state) {
  const auto agents = static_cast<uint32_t>(state.range(0));
  const std::vector<std::string> wire = MakeWire(agents);
  uint64_t journal_bytes = 0;
  uint64_t wire_bytes = 0;
  for (const std::string& bytes : wire) wire_bytes += bytes.size();
  for (auto _ : state) {
    RunFold fold;
    StartRun(fold, agents);
    std::string journal;
    for (const std::string& bytes : wire) {
      v1::Event event;
      if (!event.mutable_agent_batch()->ParseFromString(bytes)) state.SkipWithError("not a batch");
      AppendRecord(event.SerializeAsString(), journal);
      const absl::Status applied = fold.Apply(BatchFromProto(event.agent_batch()));
      if (!applied.ok()) state.SkipWithError(std::string(applied.message()).c_str());
    }
    Results results = fold.Finish();
    benchmark::DoNotOptimize(results);
    if (results.conservation.ok != kStreams) state.SkipWithError("requests are missing");
    journal_bytes = journal.size();
  }
  const auto chunks = static_cast<double>(kStreams) * kBatches * kChunksPerBatch;
  state.SetItemsProcessed(static_cast<int64_t>(chunks) * static_cast<int64_t>(state.iterations()));
  state.counters["wire_bytes_per_chunk"] = static_cast<double>(wire_bytes) / chunks;
  state.counters["journal_bytes_per_chunk"] = static_cast<double>(journal_bytes) / chunks;
}
BENCHMARK(BM_IngestAndFold)->Arg(1)->Arg(16)->Unit(benchmark::kMillisecond);

// A look at the hold so far (--until).  range(0): requests that have begun in it.
void BM_HoldSoFar(benchmark::State& state) {
  constexpr int kHoldS = 100;
  RunFold fold;
  size_t batches = 0;
  for (const Event& event : SteadyJournal(
           {.hold_s = kHoldS, .requests_per_s = static_cast<double>(state.range(0)) / kHoldS}, 1)) {
    // The hold begins after 10 s, and goes on.
    batches += std::holds_alternative<AgentBatch>(event) ? 1 : 0;
    if (batches > kHoldS + 10) break;
    (void)fold.Apply(event);
  }
  for (auto _ : state) {
    const std::optional<FigureSet> figures = fold.HoldSoFar();
    if (!figures) state.SkipWithError("there is no hold");
    benchmark::DoNotOptimize(figures);
  }
}
BENCHMARK(BM_HoldSoFar)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace specctl

BENCHMARK_MAIN();
