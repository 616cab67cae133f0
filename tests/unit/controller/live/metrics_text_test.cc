#include "controller/live/metrics_text.h"

#include <charconv>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/figures/catalogue.h"

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
  figures.begun = 1'212;
  figures.done = 700;
  figures.in_flight = 512;
  figures.shed = 7;
  figures.planned = 1'536;
  figures.failed = 3;
  WindowValues& recent = figures.recent.emplace();
  recent.output_tps = 21'913;
  recent.in_flight_mean = 511.5;
  recent.begun = 20;
  recent.user_tps_p50 = 43.5;
  recent.user_tps_p10 = 38.25;
  recent.user_tps_p1 = 31;
  recent.ttft_p50_ms = 212;
  recent.ttft_p99_ms = 1'204.5;
  recent.itl_p50_ms = 23;
  recent.itl_p99_ms = 32.5;
  recent.step_latency_p50_ms = 60.5;
  recent.step_latency_p99_ms = 99.83;
  recent.acceptance_length = 2.5;
  recent.servers_running = 502;
  recent.servers_waiting = 3;
  recent.servers_kv_cache_share = 0.61;
  recent.servers_generated_tokens = 219'130;
  recent.servers_acceptance_per_draft = 2.75;
  recent.replicas = 2;
  figures.arrivals = LiveArrivals{
      .planned_per_s = 20, .achieved_per_s = 19.5, .lateness_p50_ms = 0.25, .lateness_p99_ms = 4};
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
specctl_run_stage{stage="reduced"} 0
specctl_run_stage{stage="drain"} 0
specctl_run_stage{stage="done"} 0
# HELP specctl_run_output_tps output TPS, over the last 10 s.
# TYPE specctl_run_output_tps gauge
specctl_run_output_tps 21913
# HELP specctl_run_in_flight_mean in flight, mean, over the last 10 s.
# TYPE specctl_run_in_flight_mean gauge
specctl_run_in_flight_mean 511.5
# HELP specctl_run_user_tps user TPS, over the last 10 s.
# TYPE specctl_run_user_tps summary
specctl_run_user_tps{quantile="0.5"} 43.5
specctl_run_user_tps{quantile="0.1"} 38.25
specctl_run_user_tps{quantile="0.01"} 31
# HELP specctl_run_ttft_seconds TTFT, over the last 10 s.
# TYPE specctl_run_ttft_seconds summary
specctl_run_ttft_seconds{quantile="0.5"} 0.212
specctl_run_ttft_seconds{quantile="0.99"} 1.2045
# HELP specctl_run_itl_seconds ITL, over the last 10 s.
# TYPE specctl_run_itl_seconds summary
specctl_run_itl_seconds{quantile="0.5"} 0.023
specctl_run_itl_seconds{quantile="0.99"} 0.0325
# HELP specctl_run_step_latency_seconds step latency, over the last 10 s.
# TYPE specctl_run_step_latency_seconds summary
specctl_run_step_latency_seconds{quantile="0.5"} 0.0605
specctl_run_step_latency_seconds{quantile="0.99"} 0.09983
# HELP specctl_run_acceptance_length acceptance length, over the last 10 s.
# TYPE specctl_run_acceptance_length gauge
specctl_run_acceptance_length 2.5
# HELP specctl_run_servers_running Servers: running, over the last 10 s.
# TYPE specctl_run_servers_running gauge
specctl_run_servers_running 502
# HELP specctl_run_servers_waiting Servers: waiting, over the last 10 s.
# TYPE specctl_run_servers_waiting gauge
specctl_run_servers_waiting 3
# HELP specctl_run_servers_kv_cache_share Servers: KV cache, over the last 10 s.
# TYPE specctl_run_servers_kv_cache_share gauge
specctl_run_servers_kv_cache_share 0.61
# HELP specctl_run_servers_acceptance_per_draft Servers: acceptance length per draft, over the last 10 s.
# TYPE specctl_run_servers_acceptance_per_draft gauge
specctl_run_servers_acceptance_per_draft 2.75
# HELP specctl_run_arrivals_planned_per_second Open loop: conversations that were to begin, over the last 10 s.
# TYPE specctl_run_arrivals_planned_per_second gauge
specctl_run_arrivals_planned_per_second 20
# HELP specctl_run_arrivals_achieved_per_second Open loop: conversations that began, over the last 10 s.
# TYPE specctl_run_arrivals_achieved_per_second gauge
specctl_run_arrivals_achieved_per_second 19.5
# HELP specctl_run_arrival_lateness_seconds Open loop: begin less due, of those that began over the last 10 s.
# TYPE specctl_run_arrival_lateness_seconds summary
specctl_run_arrival_lateness_seconds{quantile="0.5"} 0.00025
specctl_run_arrival_lateness_seconds{quantile="0.99"} 0.004
# HELP specctl_run_requests_planned Requests that the run plans to send.
# TYPE specctl_run_requests_planned gauge
specctl_run_requests_planned 1536
# HELP specctl_run_requests_begun Requests of the run that have begun.
# TYPE specctl_run_requests_begun gauge
specctl_run_requests_begun 1212
# HELP specctl_run_requests_in_flight Requests in flight.
# TYPE specctl_run_requests_in_flight gauge
specctl_run_requests_in_flight 512
# HELP specctl_run_requests Requests of the run in progress that have ended.
# TYPE specctl_run_requests gauge
specctl_run_requests{outcome="ok"} 697
specctl_run_requests{outcome="failed"} 3
# HELP specctl_run_requests_shed Open loop: requests that were given up, since every slot was taken.
# TYPE specctl_run_requests_shed gauge
specctl_run_requests_shed 7
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
  bool summary = false;
  if (!text.ends_with('\n')) faults.push_back("no line feed at the end");
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (line.starts_with("# HELP ")) {
      family = words.at(2);
      if (!families.insert(family).second) faults.push_back("twice: " + line);
      const std::string type = "# TYPE " + family + " ";
      summary = i + 1 < lines.size() && lines[i + 1] == type + "summary";
      const bool typed = summary || (i + 1 < lines.size() && lines[i + 1] == type + "gauge");
      if (!typed) faults.push_back("no type: " + line);
      if (words.size() < 4) faults.push_back("no text: " + line);
      ++i;
      continue;
    }
    const std::string name = line.substr(0, line.find_first_of("{ "));
    const size_t blank = line.rfind(' ');
    if (name != family) faults.push_back("not of the family above it: " + line);
    // promtool: quantiles are of summaries.
    if (line.starts_with(name + "{quantile=") != summary) faults.push_back("quantile: " + line);
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

// A figure that the catalogue gets is one that can be watched.
TEST(MetricsTextTest, EveryRatioOfAWindowIsThere) {
  const LiveFigures figures = Figures();
  const std::string text = MetricsText(Facts(), &figures);
  size_t ratios = 0, samples = 0;
  for (const auto& figure : WindowCatalogue()) {
    if (figure.kind != FigureKind::kRatio) continue;
    ++ratios;
    EXPECT_FALSE(IsAbsent(figure.read(*figures.recent))) << figure.key;
  }
  const size_t begin = text.find("# HELP specctl_run_output_tps");
  const std::string curves = text.substr(begin, text.find("# HELP specctl_run_arrivals") - begin);
  const std::vector<std::string> lines = absl::StrSplit(curves, '\n', absl::SkipEmpty());
  for (const std::string& line : lines) samples += line.starts_with("#") ? 0 : 1;
  EXPECT_EQ(samples, ratios);
}

TEST(MetricsTextTest, WhatIsNotKnownIsLeftOutWithItsFamily) {
  LiveFigures figures = Figures();
  figures.recent->output_tps.reset();
  figures.recent->ttft_p50_ms.reset();
  figures.recent->ttft_p99_ms.reset();
  figures.recent->step_latency_p50_ms.reset();
  figures.recent->acceptance_length = std::numeric_limits<double>::quiet_NaN();
  figures.arrivals.reset();
  figures.planned.reset();
  const std::string text = MetricsText(Facts(), &figures);
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_output_tps")));
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_ttft_seconds")));
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_acceptance_length")));
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_arrival")));
  EXPECT_THAT(text, Not(HasSubstr("specctl_run_requests_planned")));
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
  figures.recent->ttft_p50_ms = 1e300;
  figures.recent->output_tps = 1.0 / 3;
  EXPECT_THAT(FaultsOf(MetricsText(Facts(), &figures)), ::testing::IsEmpty());
  figures.elapsed_s = -std::numeric_limits<double>::denorm_min();
  EXPECT_THAT(FaultsOf(MetricsText(Facts(), &figures)), ::testing::IsEmpty());
}

TEST(MetricsTextTest, TheCheckerOfTheRulesSeesWhatBreaksThem) {
  const LiveFigures figures = Figures();
  const std::string whole = MetricsText(Facts(), &figures);
  for (const auto& [from, to] : std::map<std::string, std::string>{
           {"# TYPE specctl_runs gauge\n", ""},
           {"state=\"done\"", "state=\"failed\""},
           {"} 16\n", "} sixteen\n"},
           {"# TYPE specctl_run_ttft_seconds summary", "# TYPE specctl_run_ttft_seconds gauge"},
           {"# TYPE specctl_agents gauge", "# TYPE specctl_agents summary"},
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
  other.recent->begun = 10'000;
  EXPECT_EQ(names_of(MetricsText(Facts(), &one)), names_of(MetricsText(Facts(), &other)));
}

}  // namespace
}  // namespace specctl::controller
