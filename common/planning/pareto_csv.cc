#include "common/planning/pareto_csv.h"

#include <absl/strings/str_join.h>

#include "common/planning/per_gpu.h"
#include "common/planning/pooled_points.h"
#include "common/planning/sweep_names.h"
#include "common/report/csv_line.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

constexpr std::string_view kHead =
    "target,bs,rate,dataset,tier,user_tps,user_tps_low,user_tps_high,output_tps,output_tps_low,"
    "output_tps_high,output_tps_per_gpu,ttft_p95_ms,step_latency_ms,acceptance_length,verdict,"
    "run_id";

std::optional<double> ValueOf(const Measured* measured) {
  return measured == nullptr ? std::nullopt : std::optional(measured->value);
}

void AddWithEnds(const Measured* measured, CsvLine& line) {
  line.AddNumber(ValueOf(measured));
  line.AddNumber(measured == nullptr ? std::nullopt : measured->Low(kZ975));
  line.AddNumber(measured == nullptr ? std::nullopt : measured->High(kZ975));
}

void AddLoad(const LoadLevel& load, CsvLine& line) {
  if (load.kind == LoadKind::kConcurrency) {
    line.AddNumber(load.level);
    line.AddEmpty();
  } else {
    line.AddEmpty();
    line.AddNumber(load.level);
  }
}

void AppendRow(const Sweep& sweep, const PooledPoint& point, std::string& out) {
  CsvLine line(out);
  line.AddText(point.key.target);
  AddLoad(point.key.load, line);
  line.AddText(point.key.dataset);
  line.AddText(point.key.tier);
  AddWithEnds(point.Find("user_tps", "p50"), line);
  AddWithEnds(point.Find("output_tps", "value"), line);
  const std::optional<Measured> per_gpu = OutputPerGpu(sweep, point);
  line.AddNumber(per_gpu ? std::optional(per_gpu->value) : std::nullopt);
  line.AddNumber(ValueOf(point.Find("ttft_ms", "p95")));
  line.AddNumber(ValueOf(point.Find("step_latency_ms", "mean")));
  line.AddNumber(ValueOf(point.Find("per_step", "value")));
  line.AddText(point.done() ? VerdictName(point.measured.verdict) : PointStateName(point.state));
  line.AddText(absl::StrJoin(point.runs, " "));
  if (!sweep.grid.temperatures.empty()) line.AddNumber(point.key.temperature);
  line.End();
}

}  // namespace

std::string ParetoCsv(const Sweep& sweep) {
  std::string out(kHead);
  out += sweep.grid.temperatures.empty() ? "\n" : ",temperature\n";
  for (const PooledPoint& point : PoolPoints(sweep)) AppendRow(sweep, point, out);
  return out;
}

}  // namespace specctl
