// A small language for journals: who begins what when, which chunks arrive, how it ends.
//
//   JournalScript script({.bs = 2});
//   script.Begin({.slot = 0, .at_ms = 10}).Chunk(20, 1).Chunk(40, 3).Ok(60);
//   Results results = Fold(script.Events());
//
// Times are ms since T0.  Batches cover 200 ms each.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/analysis/results.h"
#include "common/analysis/run_fold.h"
#include "common/journal/chunk_codec.h"
#include "common/journal/event.h"

namespace specctl {

inline constexpr int64_t kT0MonoNs = 1'000'000'000'000;
inline constexpr int64_t kT0UnixNs = 1'800'000'000'000'000'000;
inline constexpr int64_t kMs = 1'000'000;

class ScriptRequest {
 public:
  ScriptRequest& Chunk(double at_ms, std::optional<uint32_t> tokens, bool reasoning = false);
  // The chunk before arrived at most that much earlier.
  ScriptRequest& Within(uint64_t us);
  // The chunk before belongs to the same step as the one before it.
  ScriptRequest& SameStep();
  // `count` chunks of `tokens` each, the first at `at_ms`, `every_ms` apart.
  ScriptRequest& Chunks(int count, double at_ms, double every_ms, uint32_t tokens);
  // Ends ok; usage says what the chunks sum up to, where all are known.
  ScriptRequest& Ok(double at_ms, std::string finish_reason = "length");
  ScriptRequest& Fail(double at_ms, Outcome outcome, FailureKind failure);
  // For what else an end says.
  RequestFinished& finish() { return *finish_; }
  RequestBegun& begun() { return begun_; }

 private:
  friend class JournalScript;
  RequestFinished& End(double at_ms);

  uint32_t agent_ = 0;
  RequestBegun begun_;
  std::vector<ChunkRecord> chunks_;
  std::optional<RequestFinished> finish_;
};

class JournalScript {
 public:
  struct Options {
    uint32_t agents = 1;
    uint32_t bs = 1;
    std::optional<uint64_t> planned = {};  // absent: as many as begin
    uint64_t rows = 1'000;                 // of the dataset
    uint32_t turns = 1;                    // of each
    int64_t ramp_ms = 0, warmup_ms = 0;
    std::optional<int64_t> duration_ms = {};
    bool metrics = false;
  };
  explicit JournalScript(const Options& options);

  struct BeginOptions {
    uint32_t agent = 0, slot = 0;
    std::optional<uint64_t> position = {};  // absent: the agent's next
    uint32_t turn = 0;
    double at_ms = 0;
    std::optional<double> due_ms = {};  // absent: at_ms
    double send_after_ms = 0;           // from begin to the first byte sent
  };
  ScriptRequest& Begin(const BeginOptions& options);

  // A conversation of an open loop that is given up.
  void Shed(uint32_t agent, uint64_t position, double due_ms, uint32_t turns = 1);

  RunSpec& spec() { return begun_.spec; }
  PlannedRow& row(uint64_t order_index) { return rows_[order_index]; }
  TargetProbed& target() { return target_; }
  HostFacts& host(uint32_t agent) { return hosts_[agent]; }
  void Unassign(uint32_t agent, UnassignedReason reason, uint64_t requests);
  // The agent's health record of the second that begins `second` s after T0.
  AgentHealth& Health(uint32_t agent, uint32_t second);
  // Its last report is the batch that ends at or before `at_ms`.
  void Lose(uint32_t agent, double at_ms);
  // The same, and the controller gives it up at `noticed_ms`, in the midst of the others' batches.
  void LoseAndGoOn(uint32_t agent, double at_ms, double noticed_ms);
  // The agents stop reporting there and nothing follows.
  void CutAt(double at_ms) { cut_ms_ = at_ms; }
  void DrainAt(double at_ms) { drain_ms_ = at_ms; }

  // Scrape of target 0: figures by sample name, e.g. "vllm:generation_tokens_total" or
  // "x{position=1}".
  void Scrape(ScrapeKind kind, double at_ms, const std::map<std::string, double>& samples);

  // The journal: batches of all agents by time, or, with `agent_major`, one agent's after
  // another's.
  std::vector<Event> Events(bool agent_major = false) const;

 private:
  std::vector<AgentBatch> BatchesOf(uint32_t agent) const;
  AgentBatch BatchAt(uint32_t agent, int64_t from_ns, int64_t to_ns,
                     const std::vector<const ScriptRequest*>& requests) const;
  void SetSlotTimes(uint32_t agent, const std::vector<const ScriptRequest*>& requests,
                    std::vector<AgentBatch>& batches) const;
  void AppendHead(std::vector<Event>& events) const;
  void AppendTail(std::vector<Event>& events) const;
  // Ends of agents that were given up before `until_ns`, from `since_ns` on.
  void AppendNoticed(int64_t since_ns, int64_t until_ns, std::vector<Event>& events) const;
  double EndMs() const;
  uint32_t SlotsOf(uint32_t agent) const;

  Options options_;
  RunBegun begun_;
  TargetProbed target_;
  std::map<uint64_t, PlannedRow> rows_;
  std::map<uint32_t, HostFacts> hosts_;
  std::deque<ScriptRequest> requests_;
  std::map<uint32_t, uint64_t> begun_by_agent_;
  std::map<uint32_t, std::vector<Unassigned>> unassigned_;
  std::map<uint32_t, std::vector<ShedArrival>> shed_;
  std::map<uint32_t, double> lost_ms_, noticed_ms_;
  std::map<std::pair<uint32_t, int64_t>, AgentHealth> health_;  // by agent and end
  std::optional<double> cut_ms_, drain_ms_;
  std::vector<Scraped> scrapes_;
  std::map<std::string, uint32_t> series_;
};

// Folds all events; every one must apply.
Results Fold(const std::vector<Event>& events, std::vector<EndedRequest>* requests = nullptr);

const SliceFigures* FindSlice(const Results& results, Dimension by, const std::string& key);
bool HasReason(const Verdict& verdict, ReasonCode code);

}  // namespace specctl
