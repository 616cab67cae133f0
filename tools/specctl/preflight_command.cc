#include "tools/specctl/preflight_command.h"

#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/base/file_limit.h"
#include "common/workload/load_job.h"
#include "common/workload/null_target.h"
#include "controller/fleet/fleet.h"
#include "controller/run/interrupt_source.h"
#include "tools/flags/help_page.h"
#include "tools/flags/whole_number.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/connection_flags.h"
#include "tools/specctl/controller_wait.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/preflight_findings.h"
#include "tools/specctl/preflight_local.h"
#include "tools/specctl/preflight_plan.h"
#include "tools/specctl/preflight_remote.h"
#include "tools/specctl/preflight_report.h"
#include "tools/specctl/preflight_runner.h"
#include "tools/specctl/preflight_search.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/remote_flags.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kPreflight = "specctl preflight";
constexpr double kDefaultChunksPerS = 50;
// A second is a window; less has no figure at all.
constexpr Nanos kDurationMin = std::chrono::seconds(1);
constexpr Nanos kDurationMax = std::chrono::minutes(10);

struct PreflightFlags {
  uint64_t bs = 512;
  std::optional<double> chunks_per_s;
  std::optional<double> tokens_per_s;
  double tokens_per_chunk = 1;
  std::string duration = "6s";
  std::optional<uint32_t> agents;
  uint32_t streams_max = 4096;
  std::string format = "text";
  std::optional<double> request_rate;
  RemoteFlags remote;
};

constexpr double kRequestRateMax = 1e6;
constexpr uint32_t kAgentsHereMax = 256;
constexpr uint32_t kAgentsMax = 10'000;

absl::StatusOr<double> ChunksPerS(const PreflightFlags& flags) {
  const double rate = flags.tokens_per_s ? *flags.tokens_per_s / flags.tokens_per_chunk
                                         : flags.chunks_per_s.value_or(kDefaultChunksPerS);
  if (rate >= kNullChunksPerSMin && rate <= kNullChunksPerSMax) return rate;
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: need %g to %g chunks per second on each stream, got %g",
                      flags.tokens_per_s ? "--tokens-per-s" : "--chunks-per-s", kNullChunksPerSMin,
                      kNullChunksPerSMax, rate));
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

// The agents that steps are made on.
struct StepAgents {
  const PreflightRunner& runner;
  uint32_t agents = 1;           // that the search is made with
  uint32_t attached = 0;         // to a controller; 0: they are of this machine
  std::string connection_words;  // of the controller
};

using Act = std::function<int(const StepAgents&)>;

// On a fleet of its own, which has ended afterwards.
int OnThisMachine(const PreflightFlags& flags, Nanos duration, const Act& act) {
  if (flags.agents > kAgentsHereMax) {
    return Complain(kPreflight,
                    BadFlag("--agents", absl::StrFormat("need at most %d on one machine; more "
                                                        "attach to a controller (--controller)",
                                                        kAgentsHereMax)),
                    kBadInput);
  }
  RaiseFileLimit();
  auto fleet = controller::Fleet::Start({.specctl_version = kVersion});
  if (!fleet.ok()) return Complain(kPreflight, fleet.status(), kFailed);
  const controller::InterruptSource interrupts;
  const PreflightRunner runner(duration, [&](controller::MeasureRequest request) {
    return MeasureHere(**fleet, interrupts.token(), std::move(request));
  });
  return act({.runner = runner, .agents = flags.agents.value_or(1)});
}

int OnAttachedAgents(const PreflightFlags& flags, Nanos duration, const Act& act) {
  const controller::InterruptSource interrupts;
  ControllerWait wait(flags.remote.AgentsPatience(), interrupts.token());
  const auto connection = ConnectToSubmit(flags.remote.connection, flags.agents, wait);
  if (!connection.ok()) {
    return Complain(kPreflight, connection.status(), wait.interrupted() ? kInterrupted : kBadInput);
  }
  const auto attached = AwaitAttached(*connection->client, flags.agents.value_or(1), wait);
  if (!attached.ok()) {
    const int status = StatusOfCall(attached.status());
    return Complain(kPreflight, attached.status(), wait.interrupted() ? kInterrupted : status);
  }
  const RemoteSteps steps{.connection = *connection,
                          .wait_agents = flags.remote.AgentsPatience(),
                          .stop = interrupts.token(),
                          .command = "preflight"};
  const PreflightRunner runner(duration, [&](controller::MeasureRequest request) {
    return MeasureThere(steps, std::move(request));
  });
  return act({.runner = runner,
              .agents = flags.agents.value_or(*attached),
              .attached = *attached,
              .connection_words = connection->words});
}

// What was found, which has steps; the page is printed in any case: it says why nothing was kept.
int PrintFound(const PreflightFlags& flags, const std::string& page, const std::string& json,
               bool kept) {
  const absl::Status printed =
      flags.format == "json" ? PrintJson(json, std::cout) : PrintPage(page, std::cout);
  if (!printed.ok()) return Complain(kPreflight, printed, kFailed);
  return kept ? kDone : kFailed;
}

int OfRate(const PreflightFlags& flags, const StepAgents& on) {
  RatePreflight preflight;
  preflight.rate_per_s = *flags.request_rate;
  preflight.cores = LocalFleet().hosts.front().cores;
  preflight.attached = on.attached;
  preflight.connection_words = on.connection_words;
  // The fewest that offer it are found, of a controller's agents, too.
  const absl::Status tried = TryRate(on.runner, flags.agents.value_or(1), preflight);
  if (!tried.ok()) return Complain(kPreflight, tried, kInterrupted);
  if (preflight.steps.empty()) {
    return Complain(kPreflight, absl::AbortedError(preflight.stopped_by), kFailed);
  }
  return PrintFound(flags, RatePage(preflight), RateJson(preflight), preflight.IsKept());
}

int OfStreams(const PreflightFlags& flags, double chunks_per_s, const StepAgents& on) {
  Preflight preflight;
  preflight.chunks_per_s = chunks_per_s;
  preflight.bs = flags.bs;
  preflight.cores = LocalFleet().hosts.front().cores;
  preflight.attached = on.attached;
  preflight.connection_words = on.connection_words;
  preflight.agents = on.agents;
  uint32_t streams_max = flags.streams_max;
  if (on.attached == 0) {
    const auto fits = StreamsMax(flags.streams_max);
    if (!fits.ok()) return Complain(kPreflight, fits.status(), kBadInput);
    streams_max = *fits;
  }
  const absl::Status found = FindCeiling(on.runner, streams_max, preflight);
  if (!found.ok()) return Complain(kPreflight, found, kInterrupted);
  // Nothing was measured, so that there is no page.
  if (preflight.steps.empty()) {
    return Complain(kPreflight, absl::AbortedError(preflight.stopped_by), kFailed);
  }
  return PrintFound(flags, PreflightPage(preflight), PreflightJson(preflight),
                    preflight.streams_kept.has_value());
}

int RunPreflight(const PreflightFlags& flags) {
  if (auto checked = CheckRemoteFlags(flags.remote); !checked.ok()) {
    return Complain(kPreflight, checked, kBadInput);
  }
  if (flags.remote.connection.scale && !flags.agents) {
    return Complain(kPreflight, BadFlag("--scale", "needs --agents N: how many there are to be"),
                    kBadInput);
  }
  const auto chunks_per_s = ChunksPerS(flags);
  if (!chunks_per_s.ok()) return Complain(kPreflight, chunks_per_s.status(), kBadInput);
  const auto duration = StepDuration(flags);
  if (!duration.ok()) return Complain(kPreflight, duration.status(), kBadInput);
  const auto on_agents = flags.remote.is_remote() ? OnAttachedAgents : OnThisMachine;
  return on_agents(flags, *duration, [&](const StepAgents& on) {
    return flags.request_rate ? OfRate(flags, on) : OfStreams(flags, *chunks_per_s, on);
  });
}

void AddFlags(CLI::App& command, PreflightFlags& flags) {
  using ::specctl::flags::WholeNumber;
  command.add_option("--bs,--concurrency", flags.bs, "Plan agents for this many streams")
      ->transform(WholeNumber(1, 10'000'000))
      ->capture_default_str();
  command
      .add_option("--request-rate", flags.request_rate,
                  "Find whether the agents can offer so many arrivals per second, in place of --bs")
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
                  "Search with this many agents at once, each with its own null server [1; with "
                  "--controller all that are attached]")
      ->transform(WholeNumber(1, kAgentsMax));
  command.add_option("--streams-max", flags.streams_max, "Try at most this many streams per agent")
      ->transform(WholeNumber(1, 65'536))
      ->capture_default_str();
  command.add_option("--format", flags.format, "Output format: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  AddRemoteFlags(command, flags.remote);
}

}  // namespace

void AddPreflightCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("preflight",
                                         "Find the measurement ceiling of this machine, or of a "
                                         "controller's agents, and the agents a load needs");
  command->footer(absl::StrFormat(
      "Runs an agent, or several at once, against servers that send prepared bytes, with more "
      "and\nmore streams, until the run's verdict is no longer valid. The plan gives each agent at "
      "most\n%d %% of the ceiling, and each machine one agent per core; it is then checked with "
      "that many\nagents. Takes about two minutes; see docs/preflight.md.",
      static_cast<int>(100 * kPlannedShare + 0.5)));
  const auto flags = std::make_shared<PreflightFlags>();
  AddFlags(*command, *flags);
  specctl::flags::SetHelp(
      *command, {.examples = {{.what = "this machine's ceiling, and the agents for 2,048 "
                                       "streams of 60 tokens per second, 3 per chunk",
                               .line = "specctl preflight --bs 2048 --tokens-per-s 60 "
                                       "--tokens-per-chunk 3"},
                              {.what = "the same of the agents of a release in Kubernetes, "
                                       "each where it is",
                               .line = "specctl preflight --kube --namespace llm --bs "
                                       "2048"}},
                 .groups = {}});
  command->callback([flags, &exit_status] { exit_status = RunPreflight(*flags); });
}

}  // namespace specctl::cli
