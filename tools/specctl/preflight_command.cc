#include "tools/specctl/preflight_command.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "controller/run/interrupt_source.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/preflight_plan.h"
#include "tools/specctl/preflight_report.h"
#include "tools/specctl/preflight_runner.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

constexpr double kDefaultChunksPerS = 50;
constexpr double kChunksPerSMin = 1;
constexpr double kChunksPerSMax = 1000;
constexpr Nanos kDurationMin = std::chrono::seconds(1);
constexpr Nanos kDurationMax = std::chrono::minutes(10);

struct PreflightFlags {
  uint64_t bs = 512;
  std::optional<double> chunks_per_s;
  std::optional<double> tokens_per_s;
  double tokens_per_chunk = 1;
  std::string duration = "6s";
  uint32_t streams_max = 4096;
  std::string format = "text";
};

int Complain(std::string_view text, int exit_status) {
  absl::FPrintF(stderr, "specctl preflight: %s\n", text);
  return exit_status;
}

absl::StatusOr<double> ChunksPerS(const PreflightFlags& flags) {
  const double rate = flags.tokens_per_s ? *flags.tokens_per_s / flags.tokens_per_chunk
                                         : flags.chunks_per_s.value_or(kDefaultChunksPerS);
  if (rate >= kChunksPerSMin && rate <= kChunksPerSMax) return rate;
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: need %g to %g chunks a second of each stream, got %g",
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

// Makes the steps.  An error other than CANCELLED ends them, and is told as what stopped them.
absl::Status MakeSteps(PreflightRunner& runner, StreamSearch& search, Preflight& preflight) {
  while (const std::optional<uint32_t> streams = search.Next()) {
    absl::FPrintF(stderr, "%s at %s chunks/s each ...\n", CountedText(*streams, "stream"),
                  FormatDouble(preflight.chunks_per_s));
    auto step = runner.Run(*streams);
    if (absl::IsCancelled(step.status())) return step.status();
    if (!step.ok()) {
      preflight.stopped_by = absl::StrFormat("%s: %s", CountedText(*streams, "stream"),
                                             std::string(step.status().message()));
      return absl::OkStatus();
    }
    search.Add(step->state == StepState::kKept);
    preflight.steps.push_back(*std::move(step));
  }
  return absl::OkStatus();
}

int RunPreflight(const PreflightFlags& flags) {
  const auto chunks_per_s = ChunksPerS(flags);
  if (!chunks_per_s.ok()) {
    return Complain(std::string(chunks_per_s.status().message()), kBadInput);
  }
  const auto duration = StepDuration(flags);
  if (!duration.ok()) return Complain(std::string(duration.status().message()), kBadInput);
  const controller::InterruptSource interrupts;
  PreflightRunner runner({.chunks_per_s = *chunks_per_s,
                          .duration = *duration,
                          .interrupted = [&interrupts] { return interrupts.count() > 0; }});
  Preflight preflight;
  preflight.chunks_per_s = *chunks_per_s;
  preflight.bs = flags.bs;
  preflight.cores = RealSurroundings().cores;
  StreamSearch search(flags.streams_max);
  if (!MakeSteps(runner, search, preflight).ok()) {
    return Complain("interrupted", kInterrupted);
  }
  preflight.streams_kept = search.highest_kept();
  preflight.streams_not_kept = search.lowest_not_kept();
  if (preflight.steps.empty()) return Complain(preflight.stopped_by, kFailed);
  absl::PrintF("%s", flags.format == "json" ? PreflightJson(preflight) : PreflightPage(preflight));
  return preflight.streams_kept ? kDone : kFailed;
}

void AddFlags(CLI::App& command, PreflightFlags& flags) {
  command.add_option("--bs,--concurrency", flags.bs, "Plan agents for this many streams")
      ->check(CLI::Range(uint64_t{1}, uint64_t{10'000'000}))
      ->capture_default_str();
  auto* const chunks = command.add_option("--chunks-per-s", flags.chunks_per_s,
                                          "Chunks (engine steps) a second of each stream [50]");
  auto* const tokens = command
                           .add_option("--tokens-per-s", flags.tokens_per_s,
                                       "Tokens a second of each stream, instead of --chunks-per-s")
                           ->excludes(chunks);
  command
      .add_option("--tokens-per-chunk", flags.tokens_per_chunk,
                  "The acceptance length: tokens that a chunk holds")
      ->check(CLI::Range(1.0, 1000.0))
      ->needs(tokens)
      ->capture_default_str();
  command
      .add_option("--duration", flags.duration,
                  "Full load of each step; under 6s the rate reached is not judged")
      ->capture_default_str();
  command.add_option("--streams-max", flags.streams_max, "Try no more streams than this")
      ->check(CLI::Range(1u, 65'536u))
      ->capture_default_str();
  command.add_option("--format", flags.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

}  // namespace

void AddPreflightCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand(
      "preflight", "Say what this machine can take before it distorts, and the agents for a load");
  command->footer(absl::StrFormat(
      "Runs one agent against a server that sends prepared bytes, with more and more streams,\n"
      "until the run's verdict is not valid. An agent is planned to carry %d %% of the ceiling,\n"
      "and a machine an agent a core. Takes some two minutes; docs/preflight.md says more.",
      static_cast<int>(100 * kPlannedShare + 0.5)));
  const auto flags = std::make_shared<PreflightFlags>();
  AddFlags(*command, *flags);
  command->callback([flags, &exit_status] { exit_status = RunPreflight(*flags); });
}

}  // namespace specctl::cli
