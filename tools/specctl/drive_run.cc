#include "tools/specctl/drive_run.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "common/net/tls_context.h"
#include "controller/live/terminal_view.h"
#include "controller/run/agent_spawner.h"
#include "controller/run/interrupt_source.h"
#include "controller/run/run_driver.h"
#include "controller/scrape/metrics_scraper.h"

namespace specctl::cli {
namespace {

constexpr Nanos kScrapeTimeout = std::chrono::seconds(5);

absl::StatusOr<controller::ScrapeHooks> Scraping(const controller::ResolvedRun& run) {
  if (run.spec.metrics_urls.empty()) return controller::ScrapeHooks();
  controller::FetchOptions options;
  options.timeout = kScrapeTimeout;
  auto tls = MakeClientTlsContext(run.spec.tls);
  if (!tls.ok()) return tls.status();
  options.tls = *std::move(tls);
  const auto scraper =
      std::make_shared<controller::MetricsScraper>(run.metrics_targets, std::move(options));
  return controller::ScrapeHooks{.before = [scraper] { return scraper->ScrapeBefore(); },
                                 .start = [scraper](auto sink) { scraper->Start(std::move(sink)); },
                                 .stop = [scraper] { scraper->Stop(); },
                                 .after = [scraper] { return scraper->ScrapeAfter(); }};
}

}  // namespace

absl::StatusOr<RunEnded> DriveResolved(controller::ResolvedRun run, const std::string& run_dir) {
  auto scrape = Scraping(run);
  if (!scrape.ok()) return scrape.status();
  auto spawner = controller::AgentSpawner::Spawn(run.spec.load.agents);
  if (!spawner.ok()) return spawner.status();
  const controller::InterruptSource interrupts;
  controller::TerminalView view = controller::TerminalView::For(STDERR_FILENO);
  controller::RunSurroundings surroundings;
  surroundings.spawner = &*spawner;
  surroundings.scrape = *std::move(scrape);
  surroundings.view = &view;
  surroundings.interrupts = [&interrupts] { return interrupts.count(); };
  controller::RunInput input;
  input.spec = std::move(run.spec);
  input.secrets = std::move(run.secrets);
  input.workload = std::move(run.workload);
  input.targets = std::move(run.targets);
  input.notes = std::move(run.notes);
  input.journal_path = run_dir + "/journal.pb";
  return controller::DriveRun(std::move(input), std::move(surroundings));
}

}  // namespace specctl::cli
