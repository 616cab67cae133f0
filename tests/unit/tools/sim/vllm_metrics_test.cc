#include "tools/sim/vllm_metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "golden_file.h"

namespace specctl::sim {
namespace {

MetricsLabels Labels() {
  return {.model_name = "tiny", .started = UnixTime(std::chrono::seconds(1795344684))};
}

// The counters of the recorded server after its first 13 requests.
EngineCounters RecordedCounters() {
  EngineCounters counters(3);
  counters.drafts = 65;
  counters.draft_tokens = 171;
  counters.accepted_tokens = 171;
  counters.accepted_by_position = {65, 65, 41};
  counters.prefix_queries = 180;
  counters.prompt_tokens = 180;
  counters.generation_tokens = 284;
  counters.finished_by_length = 14;
  return counters;
}

std::set<std::string> Lines(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.insert(line);
  return lines;
}

bool IsSampleOfAHistogram(const std::string& line) {
  return line.find("_bucket{") != std::string::npos || line.find("_sum{") != std::string::npos ||
         line.find("_count{") != std::string::npos;
}

TEST(VllmMetricsTest, CountersHaveTheRecordedNamesLabelsAndHelp) {
  const std::set<std::string> recorded = Lines(Recording("prometheus/vllm_whole.txt"));
  size_t compared = 0;
  for (const std::string& line : Lines(VllmMetrics(RecordedCounters(), {}, Labels()))) {
    if (line.find("_created{") != std::string::npos || IsSampleOfAHistogram(line) ||
        line.starts_with("process_")) {
      continue;
    }
    EXPECT_TRUE(recorded.contains(line)) << line;
    ++compared;
  }
  EXPECT_GT(compared, 60u);
}

TEST(VllmMetricsTest, HistogramsHaveBucketsSumAndCount) {
  EngineCounters counters(0);
  counters.token_gap_s.Observe(0.02);
  const std::set<std::string> lines = Lines(VllmMetrics(counters, {}, Labels()));
  const std::string name = "vllm:inter_token_latency_seconds";
  EXPECT_TRUE(lines.contains(name + R"(_bucket{engine="0",le="0.01",model_name="tiny"} 0.0)"));
  EXPECT_TRUE(lines.contains(name + R"(_bucket{engine="0",le="0.025",model_name="tiny"} 1.0)"));
  EXPECT_TRUE(lines.contains(name + R"(_bucket{engine="0",le="+Inf",model_name="tiny"} 1.0)"));
  EXPECT_TRUE(lines.contains(name + R"(_sum{engine="0",model_name="tiny"} 0.02)"));
  EXPECT_TRUE(lines.contains(name + R"(_count{engine="0",model_name="tiny"} 1.0)"));
}

TEST(VllmMetricsTest, WithoutSpeculationItsFamiliesAreAbsent) {
  EXPECT_EQ(VllmMetrics(EngineCounters(0), {}, Labels()).find("spec_decode"), std::string::npos);
}

TEST(VllmMetricsTest, GaugesSayWhatIsSo) {
  const std::set<std::string> lines = Lines(VllmMetrics(
      EngineCounters(0), {.running = 5, .waiting = 2, .kv_cache_usage = 0.25}, Labels()));
  EXPECT_TRUE(lines.contains(R"(vllm:num_requests_running{engine="0",model_name="tiny"} 5.0)"));
  EXPECT_TRUE(lines.contains(R"(vllm:num_requests_waiting{engine="0",model_name="tiny"} 2.0)"));
  EXPECT_TRUE(lines.contains(R"(vllm:kv_cache_usage_perc{engine="0",model_name="tiny"} 0.25)"));
}

}  // namespace
}  // namespace specctl::sim
