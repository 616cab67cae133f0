// One fleet, many runs: each is whole by itself, and nothing of it stays.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <utility>

#include "common/report/journal_replay.h"
#include "tests/integration/fleet_fixture.h"
#include "tests/integration/whole_journal.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sanitizers slow everything down several times.
constexpr uint64_t kLoadShare = kSanitized ? 4 : 1;

enum class Disturbance { kNone, kStop, kKillAgent };

struct Load {
  uint32_t bs = 1, agents = 1;
  std::string dataset = "builtin";  // or a file of the fixture
  size_t engines = 1;
  uint64_t requests = 0;  // 0: no limit
  std::optional<Nanos> duration;
  Disturbance disturbance = Disturbance::kNone;
};

// What can differ from run to run does; a disturbed run stands between others.
std::vector<Load> TwentyLoads() {
  return {
      {.bs = 1, .agents = 1, .requests = 16},
      {.bs = 64, .agents = 16, .dataset = "questions.jsonl", .engines = 2},
      {.bs = 5, .agents = 2, .dataset = "talks.jsonl", .requests = 90},
      {.bs = 16, .agents = 16, .duration = milliseconds(700)},
      {.bs = 48, .agents = 12, .dataset = "talks.jsonl", .engines = 2},
      {.bs = 32, .agents = 8, .duration = seconds(60), .disturbance = Disturbance::kStop},
      {.bs = 32, .agents = 16, .dataset = "questions.jsonl", .requests = 333},
      {.bs = 3, .agents = 3, .requests = 40},
      {.bs = 64, .agents = 4, .engines = 2, .requests = 640},
      {.bs = 40,
       .agents = 16,
       .dataset = "questions.jsonl",
       .engines = 2,
       .duration = seconds(60),
       .disturbance = Disturbance::kKillAgent},
      {.bs = 64, .agents = 16, .dataset = "questions.jsonl"},  // with the replacement
      {.bs = 8, .agents = 1, .dataset = "talks.jsonl", .engines = 2, .requests = 100},
      {.bs = 17, .agents = 16, .dataset = "talks.jsonl"},
      {.bs = 24, .agents = 6, .engines = 2, .duration = milliseconds(500)},
      {.bs = 64, .agents = 16, .duration = seconds(60), .disturbance = Disturbance::kStop},
      {.bs = 64, .agents = 16, .engines = 2, .requests = 700},
      {.bs = 2, .agents = 2, .dataset = "questions.jsonl", .requests = 30},
      {.bs = 50, .agents = 10, .dataset = "talks.jsonl", .duration = milliseconds(600)},
      {.bs = 16, .agents = 16, .dataset = "questions.jsonl", .engines = 2, .requests = 160},
      {.bs = 64, .agents = 16, .dataset = "talks.jsonl", .engines = 2, .requests = 540},
  };
}

RunEnd EndOf(Disturbance disturbance) {
  switch (disturbance) {
    case Disturbance::kStop:
      return RunEnd::kInterrupted;
    case Disturbance::kKillAgent:
      return RunEnd::kAgentLost;
    case Disturbance::kNone:
      break;
  }
  return RunEnd::kCompleted;
}

class FleetRunsTest : public FleetFixture {
 protected:
  absl::StatusOr<ResolvedRun> ResolveLoad(const std::string& run_id, const Load& load) const {
    MeasureRequest request = Request(run_id, load.engines);
    request.agents = load.agents;
    request.spec.load.shape = ClosedLoop{load.bs};
    request.spec.load.duration = load.duration;
    if (load.requests != 0) request.spec.load.requests_max = load.requests / kLoadShare;
    request.prompts =
        DatasetRequest{.dataset = load.dataset == "builtin" ? "builtin" : PathOf(load.dataset)};
    return Resolved(std::move(request));
  }

  // Pids of the members, in the order in which they joined.
  std::vector<pid_t> Pids() {
    std::vector<pid_t> pids;
    for (const FleetMember& member : fleet_->members()) {
      pids.push_back(static_cast<pid_t>(member.host.pid));
    }
    return pids;
  }

  // The run, disturbed as the load says; its results.
  Results Serve(const ResolvedRun& run, Disturbance disturbance) {
    const auto stops = std::make_shared<std::atomic<uint32_t>>(0);
    OnceUnderLoad observer([&] {
      if (disturbance == Disturbance::kStop) ++*stops;
      if (disturbance == Disturbance::kKillAgent) ::kill(Pids().at(1), SIGKILL);
    });
    const auto outcome = MeasureRun(run, observer, StopToken(stops));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    if (outcome.ok()) {
      EXPECT_EQ(outcome->ended.end, EndOf(disturbance)) << outcome->ended.reason;
    }
    auto results = ReadResults(PathOf(run.spec.run_id));
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? *std::move(results) : Results{};
  }
};

void ExpectSane(const Results& results, uint64_t begun, Disturbance disturbance) {
  const Conservation& books = results.conservation;
  EXPECT_TRUE(results.ended);
  EXPECT_EQ(results.end.end, EndOf(disturbance));
  EXPECT_TRUE(books.Holds());
  EXPECT_EQ(books.sent, begun);
  EXPECT_GT(books.ok, 0u);
  EXPECT_EQ(books.failed + books.timed_out + books.in_flight, 0u);
  EXPECT_EQ(results.journal_torn_bytes + results.journal_damage.bytes, 0u);
  if (disturbance != Disturbance::kNone) return;
  EXPECT_EQ(books.lost, 0u);
  if (!results.spec.load.duration) {
    EXPECT_EQ(books.ok, books.planned);
  }
}

TEST_F(FleetRunsTest, TwentyUnlikeRunsAreEachWholeByThemselves) {
  int number = 0;
  uint64_t incarnation_killed = 0;
  for (const Load& load : TwentyLoads()) {
    const std::string id = "unlike-" + std::to_string(number++);
    SCOPED_TRACE(id);
    ASSERT_TRUE(fleet_->Grow(16).ok());
    const auto run = ResolveLoad(id, load);
    ASSERT_TRUE(run.ok()) << run.status();
    const Results results = Serve(*run, load.disturbance);
    const std::vector<Event> events = JournalOf(id);
    const uint64_t begun = ExpectWholeJournal(run->spec, events);
    ExpectSane(results, begun, load.disturbance);
    for (const Event& event : events) {
      const auto* joined = std::get_if<AgentJoined>(&event);
      if (joined == nullptr) continue;
      EXPECT_NE(joined->incarnation, incarnation_killed);
      const bool killed = load.disturbance == Disturbance::kKillAgent && joined->agent == 1;
      if (killed) incarnation_killed = joined->incarnation;
    }
    if (HasFailure()) return;
  }
  EXPECT_NE(incarnation_killed, 0u);
  EXPECT_EQ(Pids().size(), 16u);
}

// Resident memory [bytes], by process: this one, the controller, then the agents.
std::vector<uint64_t> RssBytes(const std::vector<pid_t>& agents) {
  std::vector<uint64_t> found;
  std::vector<pid_t> pids = {::getpid()};
  pids.insert(pids.end(), agents.begin(), agents.end());
  for (const pid_t pid : pids) {
    std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
    uint64_t size_pages = 0, resident_pages = 0;
    statm >> size_pages >> resident_pages;
    EXPECT_GT(resident_pages, 0u) << "pid " << pid;
    found.push_back(resident_pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)));
  }
  return found;
}

TEST_F(FleetRunsTest, TwentyEqualRunsLeaveNothingInMemory) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator holds back what was freed";
  ASSERT_TRUE(fleet_->Grow(16).ok());
  std::vector<uint64_t> after_third;
  for (int number = 1; number <= 20; ++number) {
    const std::string id = "equal-" + std::to_string(number);
    const auto run = ResolveLoad(id, {.bs = 64, .agents = 16, .requests = 480});
    ASSERT_TRUE(run.ok()) << run.status();
    OnceUnderLoad observer;
    const auto outcome = MeasureRun(*run, observer);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    ASSERT_EQ(outcome->ended.end, RunEnd::kCompleted) << outcome->ended.reason;
    if (number == 3) after_third = RssBytes(Pids());
  }
  const std::vector<uint64_t> after_last = RssBytes(Pids());
  ASSERT_EQ(after_third.size(), 17u);
  ASSERT_EQ(after_last.size(), 17u);
  for (size_t i = 0; i < after_last.size(); ++i) {
    const double growth = static_cast<double>(after_last[i]) / static_cast<double>(after_third[i]);
    EXPECT_LE(growth, 1.05) << (i == 0 ? "the controller" : "agent " + std::to_string(i - 1))
                            << ": " << after_third[i] << " bytes after the third run, "
                            << after_last[i] << " after the last";
  }
}

}  // namespace
}  // namespace specctl::controller
