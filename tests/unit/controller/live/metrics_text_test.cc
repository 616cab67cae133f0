#include "controller/live/metrics_text.h"

#include <charconv>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ControllerFacts Facts() {
  return {.version = "1.2.3",
          .agents_attached = 16,
          .agents_in_run = 8,
          .runs_queued = 1,
          .runs_running = 2,
          .runs_done = 3,
          .runs_failed = 4,
          .runs_cancelled = 5};
}

LiveFigures Figures() {
  LiveFigures figures;
  figures.stage = LiveStage::kHold;
  figures.elapsed_s = 42.5;
  figures.done = 700;
  figures.in_flight = 512;
  figures.failed = 3;
  figures.output_tps_by_second = {0, 11'000, 21'913};
  figures.ttft_p50_ms = 212;
  figures.ttft_p99_ms = 1'204.5;
  figures.step_p50_ms = 60.5;
  figures.step_p99_ms = 99.83;
  figures.agents = 16;
  figures.agents_lost = 1;
  figures.verdict.state = VerdictState::kDegraded;
  return figures;
}

constexpr const char* kControllerText = R"(# HELP specctl_build_info 1; the version is in its label.
# TYPE specctl_build_info gauge
specctl_build_info{version="1.2.3"} 1
# HELP specctl_agents Agents by what they do.
# TYPE specctl_agents gauge
specctl_agents{state="attached"} 16
specctl_agents{state="in_run"} 8
# HELP specctl_runs Runs that the controller keeps, by state.
# TYPE specctl_runs gauge
specctl_runs{state="queued"} 1
specctl_runs{state="running"} 2
specctl_runs{state="done"} 3
specctl_runs{state="failed"} 4
specctl_runs{state="cancelled"} 5
)";

constexpr const char* kRunText =
    R"(# HELP specctl_run_elapsed_seconds Time since T0 of the run in progress.
# TYPE specctl_run_elapsed_seconds gauge
specctl_run_elapsed_seconds 42.5
# HELP specctl_run_stage 1 for the stage that the run is in.
# TYPE specctl_run_stage gauge
specctl_run_stage{stage="preparing"} 0
specctl_run_stage{stage="armed"} 0
specctl_run_stage{stage="ramp"} 0
specctl_run_stage{stage="warmup"} 0
specctl_run_stage{stage="hold"} 1
specctl_run_stage{stage="drain"} 0
specctl_run_stage{stage="done"} 0
# HELP specctl_run_output_tps Output tokens per second, cluster-wide, in the last whole second.
# TYPE specctl_run_output_tps gauge
specctl_run_output_tps 21913
# HELP specctl_run_requests_in_flight Requests in flight.
# TYPE specctl_run_requests_in_flight gauge
specctl_run_requests_in_flight 512
# HELP specctl_run_requests Requests of the run in progress that have ended.
# TYPE specctl_run_requests gauge
specctl_run_requests{outcome="ok"} 697
specctl_run_requests{outcome="failed"} 3
# HELP specctl_run_ttft_seconds Time to first token over the last 10 s.
# TYPE specctl_run_ttft_seconds gauge
specctl_run_ttft_seconds{quantile="0.5"} 0.212
specctl_run_ttft_seconds{quantile="0.99"} 1.2045
# HELP specctl_run_step_latency_seconds Step latency over the last 10 s.
# TYPE specctl_run_step_latency_seconds gauge
specctl_run_step_latency_seconds{quantile="0.5"} 0.0605
specctl_run_step_latency_seconds{quantile="0.99"} 0.09983
# HELP specctl_run_verdict 1 for the run's verdict so far.
# TYPE specctl_run_verdict gauge
specctl_run_verdict{state="valid"} 0
specctl_run_verdict{state="degraded"} 1
specctl_run_verdict{state="invalid"} 0
# HELP specctl_run_agents_lost Agents that the run has lost.
# TYPE specctl_run_agents_lost gauge
specctl_run_agents_lost 1
)";

// What is wrong with a text by the rules of exposition format 0.0.4; empty: nothing.
std::vector<std::string> FaultsOf(const std::string& text) {
  std::vector<std::string> faults;
  std::set<std::string> families, series;
  std::string family;  // whose samples follow
  if (!text.ends_with('\n')) faults.push_back("no line feed at the end");
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (line.starts_with("# HELP ")) {
      family = words.at(2);
      if (!families.insert(family).second) faults.push_back("twice: " + line);
      const bool typed = i + 1 < lines.size() && lines[i + 1] == "# TYPE " + family + " gauge";
      if (!typed) faults.push_back("no type: " + line);
      if (words.size() < 4) faults.push_back("no text: " + line);
      ++i;
      continue;
    }
    const std::string name = line.substr(0, line.find_first_of("{ "));
    const size_t blank = line.rfind(' ');
    if (name != family) faults.push_back("not of the family above it: " + line);
    if (!series.insert(line.substr(0, blank)).second) faults.push_back("twice: " + line);
    const bool known =
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string::npos;
    if (!known) faults.push_back("name: " + line);
    double value = 0;
    const char* const end = line.data() + line.size();
    const auto read = std::from_chars(line.data() + blank + 1, end, value);
    if (read.ec != std::errc() || read.ptr != end) faults.push_back("value: " + line);
  }
  return faults;
}

TEST(MetricsTextTest, WithoutARunTheControllerAloneIsTold) {
  EXPECT_EQ(MetricsText(Facts(), nullptr), kControllerText);
}

TEST(MetricsTextTest, ARunIsToldBehindTheController) {
  const LiveFigures figures = Figures();
  EXPECT_EQ(MetricsText(Facts(), &figures), std::string(kControllerText) + kRunText);
}

TEST(MetricsTextTest, WhatIsNotKnownIsLeftOutWithItsFamily) {
  LiveFigures figures = Figures();
  figures.output_tps_by_second.clear();
  figures.ttft_p50_ms.reset();
  figures.ttft_p99_ms.reset();
  figures.step_p50_ms.reset();
  const std::string text = MetricsText(Facts(), &figures);
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_output_tps")));
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_ttft_seconds")));
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_step_latency_seconds{quantile=\"0.5\"}")));
  EXPECT_THAT(text, HasSubstr("specctl_run_step_latency_seconds{quantile=\"0.99\"} 0.09983\n"));
  EXPECT_THAT(FaultsOf(text), ::testing::IsEmpty());
}

TEST(MetricsTextTest, TheTextKeepsTheRulesWhateverTheFigures) {
  EXPECT_THAT(FaultsOf(MetricsText(Facts(), nullptr)), ::testing::IsEmpty());
  EXPECT_THAT(FaultsOf(MetricsText({}, nullptr)), ::testing::IsEmpty());
  LiveFigures figures;
  EXPECT_THAT(FaultsOf(MetricsText({}, &figures)), ::testing::IsEmpty());
  figures = Figures();
  EXPECT_THAT(FaultsOf(MetricsText(Facts(), &figures)), ::testing::IsEmpty());
  figures.done = std::numeric_limits<uint64_t>::max();
  figures.elapsed_s = 1e-300;
  figures.ttft_p50_ms = 1e300;
  figures.output_tps_by_second = {1.0 / 3};
  EXPECT_THAT(FaultsOf(MetricsText(Facts(), &figures)), ::testing::IsEmpty());
  figures.elapsed_s = -std::numeric_limits<double>::denorm_min();
  EXPECT_THAT(FaultsOf(MetricsText(Facts(), &figures)), ::testing::IsEmpty());
}

TEST(MetricsTextTest, TheCheckerOfTheRulesSeesWhatBreaksThem) {
  const std::string whole = MetricsText(Facts(), nullptr);
  for (const auto& [from, to] : std::map<std::string, std::string>{
           {"# TYPE specctl_runs gauge\n", ""},
           {"state=\"done\"", "state=\"failed\""},
           {"} 16\n", "} sixteen\n"},
           {"# HELP specctl_runs ", "# HELP specctl_agents "},
           {"specctl_agents{state=\"in_run\"}", "specctl_runs{state=\"in_run\"}"}}) {
    std::string broken = whole;
    broken.replace(broken.find(from), from.size(), to);
    EXPECT_FALSE(FaultsOf(broken).empty()) << from;
  }
}

// So that no run, however long or wide, makes a new series.
TEST(MetricsTextTest, SeriesAreTheSameForEveryRun) {
  const auto names_of = [](const std::string& text) {
    std::vector<std::string> names;
    const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
    for (const std::string& line : lines) {
      names.push_back(line.substr(0, line.rfind(' ')));
    }
    return names;
  };
  LiveFigures one = Figures(), other = Figures();
  other.stage = LiveStage::kDone;
  other.agents = 4'096;
  other.verdict.state = VerdictState::kInvalid;
  other.verdict.reasons = {{.code = ReasonCode::kAgentLost, .text = "agent 3", .windows = 0}};
  other.output_tps_by_second.resize(60);
  EXPECT_EQ(names_of(MetricsText(Facts(), &one)), names_of(MetricsText(Facts(), &other)));
}

}  // namespace
}  // namespace specctl::controller
