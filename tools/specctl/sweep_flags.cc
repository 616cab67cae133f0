#include "tools/specctl/sweep_flags.h"

#include "tools/flags/config_file.h"
#include "tools/flags/help_page.h"
#include "tools/flags/whole_number.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

constexpr uint64_t kGraphSizeMax = 1'000'000;  // tokens

// Comes before all other options: theirs are read in this order, so what it adds is read after it.
void AddConfigOfSweep(CLI::App& app) {
  app.add_option_function<std::string>(
         "--config", [&app](const std::string& path) { specctl::flags::TakeConfigFile(app, path); },
         "Read flags from this TOML file; the command line overrides it")
      ->group("Output");
}

void AddFolderFlags(CLI::App& app, SweepFlags& flags) {
  app.add_option("--output-dir", flags.output_dir,
                 "Folder for the sweep, new or empty [sweeps/<id>]")
      ->group("Common");
  app.add_option("--resume", flags.resume,
                 "Go on with the sweep in this folder; nothing else need be given")
      ->group("Common");
  app.add_option("--format", flags.format,
                 "What to print at the end: text (the page), csv (pareto.csv) or json (sweep.json)")
      ->check(CLI::IsMember({"text", "csv", "json"}))
      ->group("Output");
  app.add_flag("--dry-run", flags.dry_run, "Show the points in their order, and send nothing")
      ->group("Common");
}

void AddScheduleFlags(CLI::App& app, SweepFlags& flags) {
  app.add_option("--budget", flags.budget,
                 "Time for all runs, such as 30m: what the grid leaves of it is spent where "
                 "intervals are wide")
      ->group("Common");
  app.add_flag("--paired", flags.paired,
               "With two targets: also a run at each point that sends every conversation to both, "
               "in random order, for the ratios of their figures")
      ->group("Sweep");
  app.add_flag("--no-anchors", flags.no_anchors,
               "Don't measure one point again and again, by which drift shows")
      ->group("Sweep");
  app.add_option("--cool-down", flags.cool_down, "Least time between two runs")
      ->default_str("1s")
      ->group("Sweep");
  app.add_option("--cool-down-max", flags.cool_down_max,
                 "Wait at most this long between two runs for the servers to become idle")
      ->default_str("60s")
      ->group("Sweep");
}

void AddAutoFlags(CLI::App& app, SweepFlags& flags) {
  app.add_option("--bs-max", flags.bs_max, "The highest concurrency that --bs auto tries")
      ->transform(specctl::flags::WholeNumber(1, kConcurrencyMax))
      ->default_str("1024")
      ->group("Sweep");
  app.add_option("--max-num-seqs", flags.max_num_seqs,
                 "Requests that a target runs at once, for --bs auto [what its queue shows]")
      ->transform(specctl::flags::WholeNumber(1, kConcurrencyMax))
      ->group("Sweep");
  app.add_option("--graph-sizes", flags.graph_sizes,
                 "Tokens of a step that CUDA graphs were captured for, for --bs auto, such as "
                 "1,2,4,8,16 (vLLM: cudagraph_capture_sizes) [not looked at]")
      ->delimiter(',')
      ->transform(specctl::flags::WholeNumber(1, kGraphSizeMax))
      ->group("Sweep");
}

specctl::flags::HelpOptions SweepHelp() {
  return {
      .examples =
          {{.what = "two set-ups of a server, five concurrencies, 30 s each",
            .line = "specctl sweep --target off=http://a:8000,gpus=8 --target "
                    "dl3=http://b:8000,gpus=8 --bs 1,4,16,64,256 --duration 30s --output-dir S"},
           {.what = "find the loads, and spend half an hour on them",
            .line =
                "specctl sweep --target dl3=http://b:8000 --bs auto --duration 30s --budget 30m"},
           {.what = "after a kill -9 or a reboot", .line = "specctl sweep --resume S"}},
      .groups = {"Common", "Sweep", "Target", "Load", "Prompts", "Request", "Output", "Controller",
                 "Expert"}};
}

absl::Status CheckBudget(const SweepFlags& flags, SweepTimes& times) {
  if (!flags.budget) return absl::OkStatus();
  return TakeTimeout("--budget", flags.budget, times.budget.emplace(0));
}

absl::Status CheckPaired(const SweepFlags& flags) {
  const size_t targets = flags.grid.targets->size();
  if (!flags.paired || targets == 2) return absl::OkStatus();
  return BadFlag("--paired", absl::StrFormat("needs two targets, got %d", targets));
}

absl::Status CheckAuto(const SweepFlags& flags) {
  const bool automatic = flags.grid.bs->size() == 1 && flags.grid.bs->front() == "auto";
  if (automatic) return absl::OkStatus();
  if (flags.max_num_seqs) return BadFlag("--max-num-seqs", "is for --bs auto");
  if (!flags.graph_sizes.empty()) return BadFlag("--graph-sizes", "is for --bs auto");
  return absl::OkStatus();
}

absl::Status CheckLimit(const SweepFlags& flags) {
  for (const char* limit : {"--duration", "--requests", "--conversations"}) {
    if (flags.request.IsGiven(limit)) return absl::OkStatus();
  }
  return BadFlag("--duration",
                 "a sweep needs to know how long a point lasts: --duration 30s (or --requests or "
                 "--conversations)");
}

}  // namespace

std::shared_ptr<SweepFlags> AddSweepFlags(CLI::App& app) {
  const auto flags = std::make_shared<SweepFlags>(app);
  AddConfigOfSweep(app);
  flags->grid = AddGridFlags(flags->request);
  AddLimitFlags(flags->request);
  AddServerFlags(flags->grid.targets, flags->request);
  AddReplyFlags(flags->request);
  AddMetricsFlags(flags->request);
  AddFolderFlags(app, *flags);
  AddScheduleFlags(app, *flags);
  AddAutoFlags(app, *flags);
  AddRecordFlags(flags->request);
  AddRemoteFlags(app, flags->remote);
  AddDetachFlag(app, flags->remote);
  specctl::flags::SetHelp(app, SweepHelp());
  return flags;
}

absl::StatusOr<SweepTimes> CheckSweepFlags(const SweepFlags& flags) {
  SweepTimes times;
  if (auto checked = CheckRemoteFlags(flags.remote); !checked.ok()) return checked;
  if (flags.remote.detach && flags.output_dir) {
    return BadFlag("--detach",
                   "can't be combined with --output-dir: nothing is written here; give it to "
                   "specctl attach");
  }
  for (const auto check : {CheckPaired, CheckAuto, CheckLimit}) {
    if (auto checked = check(flags); !checked.ok()) return checked;
  }
  if (auto checked = CheckBudget(flags, times); !checked.ok()) return checked;
  if (auto taken = TakeDuration("--cool-down", flags.cool_down, times.cool_down); !taken.ok()) {
    return taken;
  }
  auto taken = TakeDuration("--cool-down-max", flags.cool_down_max, times.cool_down_max);
  if (!taken.ok()) return taken;
  return times;
}

}  // namespace specctl::cli
