// `specctl plan`: from a sweep to replicas, draft lengths and settings.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "common/report/text_layout.h"

namespace CLI {
class App;
}

namespace specctl::cli {

// The flags as they were given.
struct PlanFlags {
  std::vector<std::string> sweeps;
  std::vector<std::string> slo, requires_all;  // comma = and; repeatable
  std::string demand, baseline, mix, al_from, across;
  std::vector<std::string> targets, datasets;
  std::optional<double> gpu_hour;
  bool extrapolate = false;
  std::string format = "text";
  std::string output_dir;  // empty: the first sweep's folder
  size_t columns = kPageColumns;
};

// Writes plan.json and the forms, prints the page or the JSON to `out`, and says on `err` why the
// status is not 0: 3 where no point meets the limits or the gate does not hold, 2 for bad input.
int RunPlan(const PlanFlags& flags, std::ostream& out, std::ostream& err);

void AddPlanCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
