#include "tools/specctl/preflight_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/base/file_limit.h"
#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "common/workload/load_job.h"
#include "controller/fleet/fleet.h"
#include "controller/run/interrupt_source.h"
#include "tools/flags/help_page.h"
#include "tools/flags/whole_number.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/preflight_findings.h"
#include "tools/specctl/preflight_plan.h"
#include "tools/specctl/preflight_report.h"
#include "tools/specctl/preflight_runner.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kPreflight = "specctl preflight";
constexpr double kDefaultChunksPerS = 50;
constexpr double kChunksPerSMin = 1;
constexpr double kChunksPerSMax = 1000;
// A second is a window; less has no figure at all.
constexpr Nanos kDurationMin = std::chrono::seconds(1);
constexpr Nanos kDurationMax = std::chrono::minutes(10);
constexpr size_t kCheckTries = 2;

struct PreflightFlags {
  uint64_t bs = 512;
  std::optional<double> chunks_per_s;
  std::optional<double> tokens_per_s;
  double tokens_per_chunk = 1;
  std::string duration = "6s";
  uint32_t agents = 1;
  uint32_t streams_max = 4096;
  std::string format = "text";
  std::optional<double> request_rate;
};

constexpr double kRequestRateMax = 1e6;

absl::StatusOr<double> ChunksPerS(const PreflightFlags& flags) {
  const double rate = flags.tokens_per_s ? *flags.tokens_per_s / flags.tokens_per_chunk
                                         : flags.chunks_per_s.value_or(kDefaultChunksPerS);
  if (rate >= kChunksPerSMin && rate <= kChunksPerSMax) return rate;
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: need %g to %g chunks per second on each stream, got %g",
                      flags.tokens_per_s ? "--tokens-per-s" : "--chunks-per-s", kChunksPerSMin,
                      kChunksPerSMax, rate));
}

absl::StatusOr<Nanos> StepDuration(const PreflightFlags& flags) {
  const auto duration = ParseDuration(flags.duration);
  if (!duration.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--duration: %s", std::string(duration.status().message())));
  }
  if (*duration >= kDurationMin && *duration <= kDurationMax) return *duration;
  return absl::InvalidArgumentError(absl::StrFormat("--duration: need %s to %s, got %s",
                                                    FormatDuration(kDurationMin),
                                                    FormatDuration(kDurationMax), flags.duration));
}

// Makes a step, and says so.  The text of an error names its load.
absl::StatusOr<JudgedStep> MakeStep(PreflightRunner& runner, const StepLoad& load) {
  std::string text = CountedText(load.streams, "stream");
  if (load.agents > 1) text += " over " + CountedText(load.agents, "agent");
  Say(absl::StrFormat("%s at %s chunks/s each ...", text, FormatDouble(load.chunks_per_s)));
  auto step = runner.Run(load);
  if (step.ok()) return step;
  return absl::Status(step.status().code(),
                      absl::StrFormat("%s: %s", text, std::string(step.status().message())));
}

// The search for the ceiling.  An error other than CANCELLED ends it, and is told as what stopped
// it.
absl::Status Search(PreflightRunner& runner, uint32_t streams_max, Preflight& preflight) {
  StreamSearch search(streams_max);
  while (const std::optional<uint32_t> streams = search.Next()) {
    const StepLoad load = {.agents = preflight.agents,
                           .streams = *streams * preflight.agents,
                           .chunks_per_s = preflight.chunks_per_s};
    auto step = MakeStep(runner, load);
    // Interrupted: no ceiling is told, not even of the steps so far.
    if (absl::IsCancelled(step.status())) return step.status();
    // What was found so far stands; the page says what stopped it.
    if (!step.ok()) {
      preflight.stopped_by = std::string(step.status().message());
      break;
    }
    search.AddResult(step->state == StepState::kKept);
    preflight.steps.push_back(*std::move(step));
  }
  preflight.streams_kept = search.highest_kept();
  preflight.streams_not_kept = search.lowest_not_kept();
  return absl::OkStatus();
}

// Checks the plan, where there is one: as in the search, what is not kept is tried once more.  An
// error other than CANCELLED is told as what stopped the check.
absl::Status CheckPlan(PreflightRunner& runner, Preflight& preflight) {
  const std::optional<AgentDemand> demand = DemandOf(preflight);
  if (!demand) return absl::OkStatus();
  const StepLoad load = CheckLoad(*demand, PlanAgents(*demand));
  do {
    auto step = MakeStep(runner, load);
    if (absl::IsCancelled(step.status())) return step.status();
    if (!step.ok()) {
      preflight.check_stopped_by = std::string(step.status().message());
      return absl::OkStatus();
    }
    preflight.checks.push_back(*std::move(step));
  } while (CheckedState(preflight) != StepState::kKept && preflight.checks.size() < kCheckTries);
  return absl::OkStatus();
}

// --streams-max as far as an agent may open files.
absl::StatusOr<uint32_t> StreamsMax(uint32_t wanted) {
  const uint64_t files = RaiseFileLimit();
  const uint64_t fits = controller::StreamsThatFit(files);
  if (fits >= wanted) return wanted;
  const std::string text =
      absl::StrFormat("--streams-max %d: the limit of %d open files leaves an agent %d for streams",
                      wanted, files, fits);
  const std::string more =
      absl::StrFormat("ulimit -n %d in this shell allows them all", wanted + kAgentFiles);
  if (fits == 0) return absl::ResourceExhaustedError(text + "; " + more);
  Say("note: " + text + ": no more are tried; " + more);
  return static_cast<uint32_t>(fits);
}

// Searches and checks, on a fleet of its own, which has ended afterwards.
absl::Status FindOut(Nanos duration, uint32_t streams_max, Preflight& preflight) {
  auto fleet = controller::Fleet::Start({.specctl_version = kVersion});
  if (!fleet.ok()) return fleet.status();
  const controller::InterruptSource interrupts;
  PreflightRunner runner({.duration = duration, .stop = interrupts.token()}, **fleet);
  if (absl::Status made = Search(runner, streams_max, preflight); !made.ok()) return made;
  return CheckPlan(runner, preflight);
}

int PrintFound(const Preflight& preflight, const std::string& format) {
  const absl::Status printed = format == "json" ? PrintJson(PreflightJson(preflight), std::cout)
                                                : PrintPage(PreflightPage(preflight), std::cout);
  if (!printed.ok()) return Complain(kPreflight, printed, kFailed);
  // The page is printed in any case: it says why nothing was kept.
  return preflight.streams_kept ? kDone : kFailed;
}

// More agents until the rate is kept, or each core has one.  An error other than CANCELLED ends it,
// and is told as what stopped it.
absl::Status TryRate(PreflightRunner& runner, uint32_t agents, RatePreflight& preflight) {
  for (;; agents = std::min(2 * agents, std::max(preflight.cores, 1u))) {
    const RateLoad load{.agents = agents, .rate_per_s = preflight.rate_per_s};
    Say(absl::StrFormat("%s requests/s over %s ...", FormatDouble(load.rate_per_s),
                        CountedText(agents, "agent")));
    auto step = runner.RunRate(load);
    if (absl::IsCancelled(step.status())) return step.status();
    if (!step.ok()) {
      preflight.stopped_by = std::string(step.status().message());
      return absl::OkStatus();
    }
    preflight.steps.push_back(*std::move(step));
    if (preflight.IsKept() || agents >= preflight.cores) return absl::OkStatus();
  }
}

int RunRatePreflight(const PreflightFlags& flags, Nanos duration) {
  RatePreflight preflight;
  preflight.rate_per_s = *flags.request_rate;
  preflight.cores = LocalFleet().hosts.front().cores;
  RaiseFileLimit();
  auto fleet = controller::Fleet::Start({.specctl_version = kVersion});
  if (!fleet.ok()) return Complain(kPreflight, fleet.status(), kFailed);
  const controller::InterruptSource interrupts;
  PreflightRunner runner({.duration = duration, .stop = interrupts.token()}, **fleet);
  if (const absl::Status tried = TryRate(runner, flags.agents, preflight); !tried.ok()) {
    return Complain(kPreflight, absl::CancelledError("interrupted"), kInterrupted);
  }
  if (preflight.steps.empty()) {
    return Complain(kPreflight, absl::AbortedError(preflight.stopped_by), kFailed);
  }
  const absl::Status printed = flags.format == "json" ? PrintJson(RateJson(preflight), std::cout)
                                                      : PrintPage(RatePage(preflight), std::cout);
  if (!printed.ok()) return Complain(kPreflight, printed, kFailed);
  return preflight.IsKept() ? kDone : kFailed;
}

int RunPreflight(const PreflightFlags& flags) {
  const auto chunks_per_s = ChunksPerS(flags);
  if (!chunks_per_s.ok()) return Complain(kPreflight, chunks_per_s.status(), kBadInput);
  const auto duration = StepDuration(flags);
  if (!duration.ok()) return Complain(kPreflight, duration.status(), kBadInput);
  if (flags.request_rate) return RunRatePreflight(flags, *duration);
  const auto streams_max = StreamsMax(flags.streams_max);
  if (!streams_max.ok()) return Complain(kPreflight, streams_max.status(), kBadInput);
  Preflight preflight;
  preflight.chunks_per_s = *chunks_per_s;
  preflight.bs = flags.bs;
  preflight.cores = LocalFleet().hosts.front().cores;
  preflight.agents = flags.agents;
  if (const absl::Status found = FindOut(*duration, *streams_max, preflight); !found.ok()) {
    if (!absl::IsCancelled(found)) return Complain(kPreflight, found, kFailed);
    return Complain(kPreflight, absl::CancelledError("interrupted"), kInterrupted);
  }
  // Nothing was measured, so that there is no page.
  if (preflight.steps.empty()) {
    return Complain(kPreflight, absl::AbortedError(preflight.stopped_by), kFailed);
  }
  return PrintFound(preflight, flags.format);
}

void AddFlags(CLI::App& command, PreflightFlags& flags) {
  using ::specctl::flags::WholeNumber;
  command.add_option("--bs,--concurrency", flags.bs, "Plan agents for this many streams")
      ->transform(WholeNumber(1, 10'000'000))
      ->capture_default_str();
  command
      .add_option(
          "--request-rate", flags.request_rate,
          "Find whether this machine can offer so many arrivals per second, in place of --bs")
      ->check(CLI::Range(1e-3, kRequestRateMax));
  auto* const chunks = command.add_option("--chunks-per-s", flags.chunks_per_s,
                                          "Chunks (engine steps) per second on each stream [50]");
  auto* const tokens =
      command
          .add_option("--tokens-per-s", flags.tokens_per_s,
                      "Tokens per second on each stream, in place of --chunks-per-s")
          ->excludes(chunks);
  command
      .add_option("--tokens-per-chunk", flags.tokens_per_chunk,
                  "Tokens per chunk, that is the acceptance length")
      ->check(CLI::Range(1.0, 1000.0))
      ->needs(tokens)
      ->capture_default_str();
  command
      .add_option("--duration", flags.duration,
                  "Time at full load in each step; below 6s, the rate reached is not judged")
      ->capture_default_str();
  command
      .add_option("--agents", flags.agents,
                  "Search with this many agents at once, each with its own null server")
      ->transform(WholeNumber(1, 256))
      ->capture_default_str();
  command.add_option("--streams-max", flags.streams_max, "Try at most this many streams per agent")
      ->transform(WholeNumber(1, 65'536))
      ->capture_default_str();
  command.add_option("--format", flags.format, "Output format: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

}  // namespace

void AddPreflightCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand(
      "preflight", "Find this machine's measurement ceiling and the agents a load needs");
  command->footer(absl::StrFormat(
      "Runs an agent, or several at once, against servers that send prepared bytes, with more "
      "and\nmore streams, until the run's verdict is no longer valid. The plan gives each agent at "
      "most\n%d %% of the ceiling, and each machine one agent per core; it is then checked with "
      "that many\nagents. Takes about two minutes; see docs/preflight.md.",
      static_cast<int>(100 * kPlannedShare + 0.5)));
  const auto flags = std::make_shared<PreflightFlags>();
  AddFlags(*command, *flags);
  specctl::flags::SetHelp(*command,
                          {.examples = {{.what = "this machine's ceiling, and the agents for 2,048 "
                                                 "streams of 60 tokens per second, 3 per chunk",
                                         .line = "specctl preflight --bs 2048 --tokens-per-s 60 "
                                                 "--tokens-per-chunk 3"}},
                           .groups = {}});
  command->callback([flags, &exit_status] { exit_status = RunPreflight(*flags); });
}

}  // namespace specctl::cli
