#include "tools/specctl/run_flags.h"

#include "tools/flags/config_file.h"
#include "tools/flags/help_page.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

// Comes before all other options: theirs are read in this order, so what it adds is read after it.
void AddConfigFlag(CLI::App& app) {
  app.add_option_function<std::string>(
         "--config", [&app](const std::string& path) { flags::TakeConfigFile(app, path); },
         "Read flags from this TOML file; the command line overrides it")
      ->group("Output");
}

void AddResultFlags(CLI::App& app, RunFlags& flags) {
  app.add_option("--output-dir,--output-artifact-dir", flags.output_dir,
                 "Folder for the artifacts, new or empty [runs/<id>]")
      ->group("Common");
  AddResultsFlags(app, flags.format, "Output");
  AddRecordFlags(flags.request);
  app.add_flag("--strict", flags.strict, "Exit with status 3 if the verdict is invalid")
      ->group("Output");
  app.add_flag("--dry-run", flags.dry_run, "Show what would be sent, and send nothing")
      ->group("Common");
  app.add_option("--like", flags.like,
                 "Repeat the run with this folder or id; other flags override its settings")
      ->group("Common");
}

// Planned, and not built yet: refused by name rather than as unknown.
void AddPlannedFlags(CLI::App& app) {
  for (const char* name : {"--slo", "--compare-to", "--draft-length"}) {
    app.add_option_function<std::string>(name,
                                         [name](const std::string&) {
                                           throw CLI::ValidationError(
                                               name, "planned, but not implemented yet");
                                         })
        ->group("");
  }
}

specctl::flags::HelpOptions RunHelp() {
  return {
      .examples =
          {{.what =
                "without a GPU: in one terminal a simulated engine, in another a minute of load",
            .line = "specctl sim\n  specctl run --bs 64 --duration 60s"},
           {.what = "two servers, 512 requests in flight, prompts of Spec-Bench",
            .line = "specctl run --url http://vllm-0:8000,http://vllm-1:8000 --bs 512 "
                    "--dataset spec_bench"},
           {.what = "your own prompts; show what would be sent, and send nothing",
            .line = "specctl run --url http://vllm-0:8000 --dataset my.jsonl --dry-run"},
           {.what = "repeat an earlier run with one setting changed",
            .line = "specctl run --like runs/20261129-120142-80b3 --bs 256"}},
      .groups = {"Common", "Target", "Load", "Prompts", "Request", "Output", "Controller",
                 "Expert"}};
}

}  // namespace

std::shared_ptr<RunFlags> AddRunFlags(CLI::App& app) {
  const auto flags = std::make_shared<RunFlags>(app);
  AddConfigFlag(app);
  AddTargetFlags(flags->request);
  AddLoadFlags(flags->request);
  AddPromptFlags(flags->request);
  AddInferenceFlags(flags->request);
  AddMetricsFlags(flags->request);
  AddResultFlags(app, *flags);
  AddRemoteFlags(app, flags->remote);
  AddDetachFlag(app, flags->remote);
  // Last of the steps: its notes are about what the others took.
  AddNeedlessFlags(flags->request);
  AddPlannedFlags(app);
  specctl::flags::SetHelp(app, RunHelp());
  return flags;
}

absl::Status CheckRunFlags(const RunFlags& flags) {
  if (auto checked = CheckRemoteFlags(flags.remote); !checked.ok()) return checked;
  if (flags.remote.detach && (flags.output_dir || flags.strict)) {
    return BadFlag("--detach",
                   "can't be combined with --output-dir or --strict: nothing is "
                   "written or judged here; give them to specctl attach");
  }
  if (flags.dry_run && flags.format.format != "text") {
    return BadFlag("--dry-run",
                   "can't be combined with --format " + flags.format.format + ": it prints text");
  }
  return CheckResultsFormat(flags.format);
}

}  // namespace specctl::cli
