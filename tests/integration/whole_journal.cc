#include "tests/integration/whole_journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace specctl::controller {
namespace {

// The events of one run, as they come.
class RunWitness {
 public:
  explicit RunWitness(const RunSpec& spec)
      : spec_(spec), run_hash_(RunHash(spec.run_id)), agents_(spec.load.agents) {}

  void Take(const Event& event) {
    std::visit([this](const auto& what) { On(what); }, event);
  }

  uint64_t ExpectWhole() const {
    EXPECT_EQ(begun_, 1);
    EXPECT_EQ(ended_, 1);
    EXPECT_EQ(armed_, 1);
    EXPECT_EQ(targets_, spec_.targets.size());
    EXPECT_EQ(rows_, spec_.dataset.rows);
    std::set<uint64_t> incarnations;
    uint64_t requests = 0;
    for (const Agent& agent : agents_) {
      incarnations.insert(agent.incarnation);
      requests += agent.requests;
      EXPECT_EQ(agent.joined, 1);
      EXPECT_EQ(agent.ended, 1);
    }
    EXPECT_EQ(incarnations.size(), agents_.size());
    return requests;
  }

 private:
  struct Agent {
    int joined = 0, ended = 0;
    uint64_t incarnation = 0, seq = 0, requests = 0;
    int64_t reported_to_mono_ns = 0;
    std::set<uint64_t> finished;
  };

  Agent& At(uint32_t agent) {
    EXPECT_LT(agent, agents_.size());
    return agents_.at(agent);
  }

  void On(const RunBegun& begun) {
    ++begun_;
    EXPECT_EQ(begun.spec.run_id, spec_.run_id);
    EXPECT_EQ(begun.spec.load.shape, spec_.load.shape);
    EXPECT_EQ(begun.spec.load.agents, spec_.load.agents);
    EXPECT_EQ(begun.spec.dataset.sha256, spec_.dataset.sha256);
  }
  void On(const PlannedRow&) { ++rows_; }
  void On(const TargetProbed& target) {
    EXPECT_EQ(target.url, spec_.targets.at(target.target).url);
    ++targets_;
  }
  void On(const AgentJoined& joined) {
    Agent& of = At(joined.agent);
    ++of.joined;
    of.incarnation = joined.incarnation;
  }
  void On(const ClockProbed& probed) { EXPECT_EQ(At(probed.agent).joined, 1); }
  void On(const Armed& armed) {
    ++armed_;
    t0_mono_ns_ = armed.t0_mono_ns;
  }
  void On(const AgentEnded& ended) { ++At(ended.agent).ended; }
  void On(const RunEnded&) { ++ended_; }
  void On(const StageChanged&) {}
  void On(const DrainBegun&) {}
  void On(const ControllerBegan&) {}
  void On(const Scraped&) { ADD_FAILURE() << "nothing was to be scraped"; }
  void On(const StatisticsRead&) { ADD_FAILURE() << "no files were to be read"; }

  void On(const AgentBatch& batch) {
    Agent& of = At(batch.agent);
    EXPECT_EQ(of.joined, 1);
    EXPECT_EQ(batch.incarnation, of.incarnation);
    EXPECT_EQ(batch.run_hash, run_hash_);
    EXPECT_EQ(batch.seq, ++of.seq);
    EXPECT_LE(batch.from_mono_ns, batch.to_mono_ns);
    if (of.seq > 1) {
      EXPECT_EQ(batch.from_mono_ns, of.reported_to_mono_ns);
    }
    of.reported_to_mono_ns = batch.to_mono_ns;
    for (const RequestBegun& request : batch.begun) On(request, of);
    for (const RequestFinished& request : batch.finished) {
      EXPECT_LT(request.ordinal, of.requests);
      EXPECT_TRUE(of.finished.insert(request.ordinal).second) << "finished twice";
    }
  }

  void On(const RequestBegun& request, Agent& of) {
    EXPECT_EQ(request.ordinal, of.requests++);
    EXPECT_GE(request.begin_mono_ns, t0_mono_ns_);
    EXPECT_LT(request.target, spec_.targets.size());
    EXPECT_TRUE(turns_.insert({request.position, request.turn}).second)
        << "position " << request.position << ", turn " << request.turn << " was begun twice";
  }

  const RunSpec& spec_;
  const uint64_t run_hash_;
  std::vector<Agent> agents_;
  int begun_ = 0, ended_ = 0, armed_ = 0;
  size_t targets_ = 0;
  uint64_t rows_ = 0;
  int64_t t0_mono_ns_ = 0;
  std::set<std::pair<uint64_t, uint32_t>> turns_;  // begun
};

}  // namespace

uint64_t ExpectWholeJournal(const RunSpec& spec, const std::vector<Event>& events) {
  EXPECT_FALSE(events.empty());
  if (events.empty()) return 0;
  EXPECT_TRUE(std::holds_alternative<RunBegun>(events.front()));
  EXPECT_TRUE(std::holds_alternative<RunEnded>(events.back()));
  RunWitness witness(spec);
  for (const Event& event : events) witness.Take(event);
  return witness.ExpectWhole();
}

}  // namespace specctl::controller
