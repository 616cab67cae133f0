#include "tests/simulation/invariants.h"

#include <map>
#include <variant>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/analysis/run_fold.h"
#include "common/journal/journal_reader.h"
#include "tests/simulation/batch_form.h"

namespace specctl::simulation {
namespace {

constexpr Nanos kEndSlack = std::chrono::seconds(10);

// A run's journal, as the disk has it.
struct JournalOnDisk {
  struct Agent {
    uint64_t incarnation = 0;
    bool lost = false;
    std::vector<AgentBatch> batches;
    std::vector<std::string> comparable;  // of the same
  };
  std::map<uint32_t, Agent> agents;  // those that joined
  bool armed = false, ended = false, conservation_holds = true;
};

std::string Books(std::string_view whose, const Conservation& books) {
  return absl::StrFormat(
      "the books of %s don't balance: planned %d, sent %d, unassigned %d, ok %d, failed %d, "
      "cancelled %d, lost %d, in flight %d",
      whose, books.planned.value_or(0), books.sent, books.Unassigned(), books.ok, books.failed,
      books.cancelled, books.lost, books.in_flight);
}

// Reads journals, and says what is wrong with the first that is.
class RunChecker {
 public:
  explicit RunChecker(const RunHistory& run) : run_(run) {}

  const std::string& wrong() const { return wrong_; }
  const JournalOnDisk& journal() const { return journal_; }

  void Read() {
    const fakes::MemoryDisk& disk = *run_.disk;
    auto reader = JournalReader::OfBytes(disk.bytes.substr(0, disk.synced_bytes), "journal");
    RunFold fold;
    for (auto event = reader.Next(); event.ok() && *event; event = reader.Next()) {
      const absl::Status applied = fold.Apply(**event);
      if (!applied.ok()) Say(std::string(applied.message()));
      Take(**std::move(event));
    }
    if (reader.loss().torn_bytes > 0 && !run_.journal_failed) Say("the journal is torn");
    if (!journal_.armed) return;
    const Results results = fold.Finish();
    if (!results.conservation.Holds()) Say(Books("the run", results.conservation));
    for (const AgentFigures& agent : results.agents) {
      if (!agent.conservation.Holds()) {
        Say(Books(absl::StrFormat("agent %d", agent.agent), agent.conservation));
      }
    }
  }

  void Check() {
    if (!run_.ended) return Say("the run has not ended");
    for (const auto& [agent, of] : journal_.agents) CheckAgent(agent, of);
    for (const auto& [agent, seq] : run_.acked) {
      const auto found = journal_.agents.find(agent);
      const uint64_t last = found == journal_.agents.end() ? 0 : found->second.batches.size();
      if (last < seq) {
        Say(absl::StrFormat("agent %d: batch %d was acknowledged, the disk has %d", agent, seq,
                            last));
      }
    }
    CheckLoss(run_.end.reason);
    if (!run_.journal_failed && !journal_.ended) Say("RunEnded is not on disk");
    CheckEnd();
  }

  // Nothing went wrong that may cost a run anything.
  void CheckCompleted(const RunChecker& faultless) {
    if (run_.end.end != RunEnd::kCompleted) return Say("it should be complete: " + run_.end.reason);
    if (run_.t0 && faultless.run_.t0) {
      const Nanos took = run_.ended_at - *run_.t0 - run_.late - run_.held;
      const Nanos most = faultless.run_.ended_at - *faultless.run_.t0 + run_.spec.agent_timeout;
      if (took > most + kEndSlack) Say("it took much longer than without faults");
    }
    for (const auto& [agent, of] : journal_.agents) {
      const auto found = faultless.journal_.agents.find(agent);
      if (found == faultless.journal_.agents.end())
        return Say("the faultless run has no such agent");
      if (run_.stopped.contains(of.incarnation)) continue;
      if (of.comparable == found->second.comparable) continue;
      Say(absl::StrFormat("agent %d: its %d batches are not the %d of the faultless run", agent,
                          of.comparable.size(), found->second.comparable.size()));
    }
  }

 private:
  void Say(const std::string& what) {
    if (wrong_.empty()) wrong_ = run_.spec.run_id + ": " + what;
  }

  void Take(Event event) {
    if (const auto* joined = std::get_if<AgentJoined>(&event)) {
      journal_.agents[joined->agent].incarnation = joined->incarnation;
    }
    if (const auto* ended = std::get_if<AgentEnded>(&event)) {
      CheckLoss(ended->reason);
      journal_.agents[ended->agent].lost = ended->lost;
    }
    if (std::holds_alternative<Armed>(event)) journal_.armed = true;
    journal_.ended = std::holds_alternative<RunEnded>(event);
    if (auto* batch = std::get_if<AgentBatch>(&event)) {
      if (batch->run_hash != RunHash(run_.spec.run_id)) Say("the journal has another run's batch");
      journal_.agents[batch->agent].batches.push_back(std::move(*batch));
    }
  }

  // Agents may be silent, dead or late: none says what it must not.
  void CheckLoss(const std::string& reason) {
    for (const char* breach : {" sent batch ", " sent a batch ", " was done ", "still holds"}) {
      if (reason.find(breach) != reason.npos) Say("an agent broke the protocol: " + reason);
    }
  }

  void CheckAgent(uint32_t agent, const JournalOnDisk::Agent& of) {
    const auto made = run_.made.find(of.incarnation);
    uint64_t seq = 0;
    for (const AgentBatch& batch : of.batches) {
      if (batch.incarnation != of.incarnation) {
        return Say(absl::StrFormat("agent %d: a batch of another process", agent));
      }
      if (batch.seq != ++seq) {
        return Say(absl::StrFormat("agent %d: batch %d stands where batch %d should", agent,
                                   batch.seq, seq));
      }
      if (made == run_.made.end() || made->second.batches.size() < seq) {
        return Say(absl::StrFormat("agent %d: batch %d was never made", agent, seq));
      }
      const std::string bytes = ComparableBytes(batch, made->second.begin);
      journal_.agents[agent].comparable.push_back(bytes);
      if (batch.chunks_dropped == 0 && bytes != made->second.batches[seq - 1]) {
        return Say(absl::StrFormat("agent %d: batch %d is not what was made", agent, seq));
      }
    }
    // A run that goes on without lost agents is complete without the rest of theirs.
    const bool forgone = of.lost && run_.spec.load.degrades_on_agent_loss;
    if (run_.end.end == RunEnd::kCompleted && !forgone && made != run_.made.end() &&
        made->second.batches.size() != seq) {
      Say(absl::StrFormat("agent %d: %d of its %d batches are there", agent, seq,
                          made->second.batches.size()));
    }
  }

  void CheckEnd() {
    const LoadSpec& load = run_.spec.load;
    if (!run_.t0 || !load.duration) return;
    const MonoTime latest = *run_.t0 + run_.late + load.ramp + load.warmup + *load.duration +
                            load.grace + run_.spec.agent_timeout + kEndSlack + run_.held;
    if (run_.ended_at > latest) {
      Say(absl::StrFormat("it ended %.1f s too late", Seconds(run_.ended_at - latest)));
    }
  }

  const RunHistory& run_;
  JournalOnDisk journal_;
  std::string wrong_;
};

}  // namespace

std::string CheckInvariants(const World& world, const World* faultless) {
  if (!world.finding.empty()) return world.finding;
  for (size_t i = 0; i < world.runs.size(); ++i) {
    RunChecker run(*world.runs[i]);
    run.Read();
    run.Check();
    if (!run.wrong().empty()) return run.wrong();
    if (faultless == nullptr || i >= faultless->runs.size()) continue;
    RunChecker other(*faultless->runs[i]);
    other.Read();
    other.Check();
    if (!other.wrong().empty()) return "without faults: " + other.wrong();
    run.CheckCompleted(other);
    if (!run.wrong().empty()) return run.wrong();
  }
  return "";
}

}  // namespace specctl::simulation
