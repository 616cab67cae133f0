// What of a run stands in each of AIPerf's files: its names, times and settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/json_writer.h"
#include "common/export/aiperf_summary.h"
#include "common/workload/run_spec.h"

namespace specctl {

// The form that is written: what AIPerf 0.13.0 writes, and its report and data models read.
inline constexpr std::string_view kAiperfVersion = "0.13.0";
inline constexpr std::string_view kAiperfProfileSchema = "1.4";
inline constexpr std::string_view kAiperfServerMetricsSchema = "1.1";

struct AiperfRun {
  const RunSpec* spec = nullptr;
  std::string model;    // the report's row
  std::string dataset;  // AIPerf's name of it; the report's column, after "speed_bench_"
  int64_t t0_unix_ns = 0;
  bool interrupted = false;
  std::string incomplete_reason;  // empty: the run came to its end
  std::string verdict;            // as in summary.json
  // Both phases; a window is absent where no request was in it.
  std::optional<AiperfSummary::Window> profiling, warmup;
};

// 12 hexadecimal digits, the same for the same run.
std::string AiperfBenchmarkId(std::string_view run_id);

// "2026-11-22T10:47:54.636823": AIPerf writes local times without a zone; here they are UTC.
std::string AiperfTime(int64_t unix_ns);

// The dataset's name where it is one of AIPerf's: "speed_bench_math" of one category of
// SPEED-Bench's qualitative split, "speed_bench_throughput_2k_mixed" of one tier; "multi_turn" of
// others.  `category`: empty where the requests are of several; one that is not SPEED-Bench's is
// named the same way, since AIPerf's report has no other columns.
std::string AiperfDatasetName(const DatasetIdentity& dataset, std::string_view category);

// Members of the object that is open.
void WriteAiperfHead(const AiperfRun& run, std::string_view schema, JsonWriter& json);
void WriteAiperfInputConfig(const AiperfRun& run, JsonWriter& json);
// "specctl": who wrote the file, of which run, with which verdict, and what to know of its figures.
void WriteAiperfOrigin(const AiperfRun& run, const std::vector<std::string>& notes,
                       JsonWriter& json);

}  // namespace specctl
