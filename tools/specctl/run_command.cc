#include "tools/specctl/run_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/dataset/dataset.h"
#include "common/net/tls_context.h"
#include "common/report/artifacts.h"
#include "common/report/page.h"
#include "controller/live/terminal_view.h"
#include "controller/run/agent_spawner.h"
#include "controller/run/interrupt_source.h"
#include "controller/run/run_driver.h"
#include "controller/scrape/metrics_scraper.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/file_limit.h"
#include "tools/specctl/metrics_targets.h"
#include "tools/specctl/no_server_hint.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/probe_targets.h"
#include "tools/specctl/run_flags.h"
#include "tools/specctl/run_plan.h"
#include "tools/specctl/run_settings.h"
#include "tools/specctl/settle_targets.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

constexpr Nanos kScrapeTimeout = std::chrono::seconds(5);

// Everything that is known before a byte is sent.
struct PreparedRun {
  RunSettings settings;
  Workload workload;
};

absl::StatusOr<PreparedRun> Prepare(const RunFlags& flags) {
  Surroundings surroundings = RealSurroundings();
  if (flags.like) {
    auto like = SpecOfRun(*flags.like);
    if (!like.ok()) return like.status();
    surroundings.like = *std::move(like);
  }
  auto settings = MakeSettings(flags, surroundings);
  if (!settings.ok()) return settings.status();
  auto dataset = LoadDataset(settings->dataset);
  if (!dataset.ok()) return dataset.status();
  if (auto same = CheckDatasetOfLike(flags, surroundings.like, *dataset); !same.ok()) return same;
  SettleByDataset(*dataset, *settings);
  settings->notes.insert(settings->notes.end(), dataset->notes.begin(), dataset->notes.end());
  auto workload = MakeWorkload(*std::move(dataset), settings->spec.load, settings->spec.request);
  if (!workload.ok()) return workload.status();
  // Before the targets need it, and where nothing is sent.
  if (!settings->spec.tls.ca_file.empty()) {
    if (auto tls = MakeClientTlsContext(settings->spec.tls); !tls.ok()) return tls.status();
  }
  if (auto fits = CheckFileLimit(settings->spec.load, RaiseFileLimit()); !fits.ok()) return fits;
  return PreparedRun{*std::move(settings), *std::move(workload)};
}

absl::StatusOr<std::unique_ptr<controller::MetricsScraper>> MakeScraper(
    const RunSettings& settings, const std::vector<TargetProbed>& targets) {
  auto metrics = MetricsTargets(settings, targets);
  if (!metrics.ok()) return metrics.status();
  auto tls = MakeClientTlsContext(settings.spec.tls);
  if (!tls.ok()) return tls.status();
  controller::FetchOptions options;
  options.timeout = kScrapeTimeout;
  options.tls = *std::move(tls);
  return std::make_unique<controller::MetricsScraper>(*std::move(metrics), std::move(options));
}

controller::ScrapeHooks HooksOf(controller::MetricsScraper& scraper) {
  return {.before = [&scraper] { return scraper.ScrapeBefore(); },
          .start = [&scraper](auto sink) { scraper.Start(std::move(sink)); },
          .stop = [&scraper] { scraper.Stop(); },
          .after = [&scraper] { return scraper.ScrapeAfter(); }};
}

// Prints what the run found; its artifacts are written.
int Report(const RunFlags& flags, const std::string& run_dir, RunEnd end) {
  const auto results = WriteArtifacts(run_dir, run_dir);
  if (!results.ok()) {
    Complain("specctl run", results.status(), kFailed);
    Say("what was measured is in " + run_dir + "/journal.pb: specctl report " + run_dir +
        " --output-dir ELSEWHERE");
    return kFailed;
  }
  const absl::Status printed =
      flags.format == "json"
          ? PrintJson(SummaryJson(*results) + "\n", std::cout)
          : PrintPage(RenderPage(*results, {.run_dir = run_dir, .columns = PageColumns()}),
                      std::cout, WantsColour());
  if (!printed.ok()) {
    Complain("specctl run", printed, kFailed);
    Say("the run's artifacts are in " + run_dir);
  }
  if (end == RunEnd::kInterrupted) return kInterrupted;
  if (end != RunEnd::kCompleted || !printed.ok()) return kFailed;
  const bool invalid = results->verdict.state == VerdictState::kInvalid;
  return invalid && flags.strict ? kInvalidVerdict : kDone;
}

// From here on requests are sent.
int Measure(const RunFlags& flags, PreparedRun run, std::vector<TargetProbed> targets,
            const std::string& run_dir) {
  const RunSpec& spec = run.settings.spec;
  auto scraper = MakeScraper(run.settings, targets);
  if (!scraper.ok()) return Complain("specctl run", scraper.status(), kBadInput);
  auto spawner = controller::AgentSpawner::Spawn(spec.load.agents);
  if (!spawner.ok()) return Complain("specctl run", spawner.status(), kFailed);
  const controller::InterruptSource interrupts;
  controller::TerminalView view = controller::TerminalView::For(STDERR_FILENO);

  controller::RunInput input;
  input.spec = spec;
  input.secrets = run.settings.secrets;
  input.workload = std::make_shared<const Workload>(std::move(run.workload));
  input.targets = std::move(targets);
  input.notes = run.settings.notes;
  input.journal_path = run_dir + "/journal.pb";
  controller::RunSurroundings surroundings;
  surroundings.spawner = &*spawner;
  if (!spec.metrics_urls.empty()) surroundings.scrape = HooksOf(**scraper);
  surroundings.view = &view;
  surroundings.interrupts = [&interrupts] { return interrupts.count(); };
  const auto ended = controller::DriveRun(std::move(input), std::move(surroundings));
  if (!ended.ok()) return Complain("specctl run", ended.status(), kFailed);
  if (ended->end != RunEnd::kCompleted) Say("specctl run: " + ended->reason);
  return Report(flags, run_dir, ended->end);
}

int Run(const RunFlags& flags) {
  auto run = Prepare(flags);
  if (!run.ok()) return Complain("specctl run", run.status(), kBadInput);
  const RunSpec& spec = run->settings.spec;
  if (flags.dry_run) {
    const auto text = DescribePlan(run->workload, spec);
    if (!text.ok()) return Complain("specctl run", text.status(), kBadInput);
    const absl::Status printed = PrintPage(*text, std::cout);
    return printed.ok() ? kDone : Complain("specctl run", printed, kFailed);
  }
  const std::string run_dir = flags.output_dir.value_or("runs/" + spec.run_id);
  const auto output_dir = OutputDir::Prepare(run_dir);
  if (!output_dir.ok()) return Complain("specctl run", output_dir.status(), kBadInput);
  if (spec.tls.insecure) {
    Say("--insecure: https certificates are not checked; whoever answers may not be the server");
  }
  auto targets = ProbeTargets(run->settings, [](std::string_view text) { Say(text); });
  if (!targets.ok()) {
    const bool bad_input =
        absl::IsInvalidArgument(targets.status()) || absl::IsUnauthenticated(targets.status());
    Complain("specctl run", targets.status(), kFailed);
    const std::string hint = NoServerHint(targets.status(), TargetUrls(spec));
    if (!hint.empty()) Say(hint);
    return bad_input ? kBadInput : kFailed;
  }
  if (auto settled = SettleByTargets(*targets, run->settings, run->workload); !settled.ok()) {
    return Complain("specctl run", settled, kBadInput);
  }
  for (const std::string& note : run->settings.notes) Say("note: " + note);
  return Measure(flags, *std::move(run), *std::move(targets), run_dir);
}

}  // namespace

void AddRunCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("run", "Measure: send the prompts, stamp every chunk");
  const auto flags = std::make_shared<RunFlags>();
  AddRunFlags(*command, *flags);
  command->callback([flags, &exit_status] { exit_status = Run(*flags); });
}

}  // namespace specctl::cli
