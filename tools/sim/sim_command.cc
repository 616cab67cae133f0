#include "tools/sim/sim_command.h"

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/printable.h"
#include "tools/flags/help_page.h"
#include "tools/flags/whole_number.h"
#include "tools/sim/model_server.h"
#include "tools/sim/model_truth.h"
#include "tools/sim/pace_server.h"
#include "tools/sim/sim_options.h"
#include "tools/sim/step_time_flags.h"

namespace specctl::sim {
namespace {

using flags::WholeNumber;

constexpr uint64_t kKvTokensMax = 1'000'000'000'000;

// What the flags say, before it has been checked together.
struct Flags {
  SimOptions options;
  std::vector<std::string> acceptance;
  std::vector<std::string> faults;
  std::vector<std::string> quirks;
  StepTimeFlags step_time;
  bool model_truth = false;
  TruthLoad truth;
  double die_after_s = 0;
  double silent_after_s = 0;
  bool paced = false;
  bool no_metrics = false;
  bool enable_metrics = false;
  double pace_first_ms = 20;
  PaceOptions pace;
};

Nanos FromSeconds(double seconds) { return Nanos(static_cast<int64_t>(seconds * 1e9)); }
Nanos FromMillis(double millis) { return FromSeconds(millis / 1000); }

void AddServerFlags(CLI::App& app, Flags& flags) {
  SimOptions& options = flags.options;
  app.add_option("--host", options.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", options.port, "First port; 0: the kernel chooses")
      ->transform(WholeNumber(0, 65'535))
      ->capture_default_str();
  app.add_option("--replicas", options.replicas, "Independent engines, each with its own port")
      ->transform(WholeNumber(1, 256))
      ->capture_default_str();
  app.add_option("--port-file", options.port_file, "Write the URLs to this file");
  app.add_option("--model", options.flavour.model, "Name of the model")->capture_default_str();
  app.add_option("--max-model-len", options.flavour.context_tokens_max,
                 "Context length: tokens of prompt and reply together")
      ->transform(WholeNumber(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--api-key", options.flavour.api_key, "Require this key on /v1");
  app.add_option("--seed", options.seed, "Seed for everything random")
      ->transform(WholeNumber(0))
      ->capture_default_str();
  app.add_option("--send-log", options.send_log,
                 "Log to this file, as JSON lines, when requests were read and chunks sent");
  app.add_flag("--no-metrics", flags.no_metrics, "Serve no /metrics");
  app.add_flag("--no-continuous-usage", options.flavour.refuse_continuous_usage,
               "Reject stream_options.continuous_usage_stats with 400");
}

void AddEngineFlags(CLI::App& app, Flags& flags) {
  std::map<std::string, EngineKind> engines;
  for (const EngineKind engine : kEngineKinds) engines.emplace(EngineName(engine), engine);
  static const std::map<std::string, SglangNames> kNames = {{"0.5.10", SglangNames::kUntil0510},
                                                            {"0.5.11", SglangNames::k0511},
                                                            {"0.5.12", SglangNames::kSince0512}};
  SimOptions& options = flags.options;
  app.add_option(
         "--engine", options.flavour.engine,
         "Engine whose API, metrics and quirks are played: vllm, sglang, trtllm or llamacpp")
      ->transform(CLI::CheckedTransformer(engines));
  app.add_flag("--enable-metrics", flags.enable_metrics,
               "Serve metrics, which all but vllm do only when asked to")
      ->excludes(app.get_option("--no-metrics"));
  app.add_flag("--enable-prompt-tokens-details", options.flavour.prompt_tokens_details,
               "vLLM's usage tells how much of the prompt was cached");
  app.add_flag("--enable-cache-report", options.flavour.cache_report,
               "SGLang's usage tells how much of the prompt was cached");
  app.add_option("--draft-model", options.flavour.draft_model,
                 "Name of the drafter that the server tells of; without one it drafts by N-gram");
  app.add_option("--attention-dp", options.flavour.attention_dp,
                 "Ranks of TensorRT-LLM's attention data parallelism, each with a copy of the "
                 "statistics")
      ->transform(WholeNumber(1, 1'024));
  app.add_option("--export-metrics-to-file-dir", options.flavour.sglang_request_log,
                 "SGLang's folder of hourly files with the metrics of each request")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--server-dev-mode", options.flavour.dev_mode,
               "vLLM's /server_info and /reset_prefix_cache");
  app.add_flag("--incremental-streaming-output", options.flavour.sglang_incremental,
               "SGLang's /generate sends what is new instead of all so far");
  app.add_option("--sglang-names", options.flavour.sglang_names,
                 "Names of SGLang's acceptance statistics: those up to 0.5.10, of 0.5.11, or since "
                 "0.5.12")
      ->transform(CLI::CheckedTransformer(kNames));
}

void AddModelFlags(CLI::App& app, Flags& flags) {
  SimOptions& options = flags.options;
  BatchOptions& batch = options.batch;
  app.add_option("--max-batch", batch.batch_max, "Requests that run at once; the others wait")
      ->transform(WholeNumber(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--max-batched-tokens", batch.batched_tokens_max, "Most tokens computed per step")
      ->transform(WholeNumber(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--kv-tokens", batch.kv_tokens_max, "Tokens that the KV cache holds")
      ->transform(WholeNumber(1, kKvTokensMax))
      ->capture_default_str();
  app.add_flag("--prefix-cache", batch.prefix_cache, "Reuse the KV blocks of earlier prompts");
  AddStepTimeFlags(app, flags.step_time);
  app.add_option("--eos-mean", options.eos_mean_tokens,
                 "Mean length of replies that end on their own; 0: none do")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void AddSpeculationFlags(CLI::App& app, Flags& flags) {
  static const std::map<std::string, SpecMetricsDetail> kDetails = {
      {"none", SpecMetricsDetail::kNone},
      {"summary", SpecMetricsDetail::kSummary},
      {"detailed", SpecMetricsDetail::kDetailed}};
  SimOptions& options = flags.options;
  app.add_option("--draft-length", options.batch.draft_length,
                 "Draft tokens per step; 0: no speculative decoding")
      ->transform(WholeNumber(0, 64))
      ->capture_default_str();
  app.add_option(
      "--acceptance", flags.acceptance,
      "Conditional acceptance rates, such as 0.8,0.7,0.6 or coding=0.9,0.85,0.8; repeatable");
  app.add_option("--no-draft-share", options.batch.no_draft_share, "Share of steps without a draft")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--merge-share", options.reply.merge_share,
                 "Share of steps delivered in the next step's chunk")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--textless-share", options.reply.textless_share,
                 "Share of tokens without a text of their own, as parts of a split character")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--per-request-spec-decode-metrics", options.flavour.spec_metrics,
                 "Acceptance statistics in the last event: none, summary or detailed")
      ->transform(CLI::CheckedTransformer(kDetails));
}

void AddTruthFlags(CLI::App& app, Flags& flags) {
  CLI::Option* const truth = app.add_flag(
      "--model-truth", flags.model_truth,
      "Serve nothing: print what this engine does at each --truth-bs, computed in virtual time");
  app.add_option("--truth-bs", flags.truth.bs, "Concurrencies of --model-truth, such as 1,8,64")
      ->delimiter(',')
      ->transform(WholeNumber(1, 65'536))
      ->needs(truth);
  app.add_option("--truth-isl", flags.truth.isl_tokens, "Tokens of its prompts")
      ->transform(WholeNumber(1, 10'000'000))
      ->needs(truth)
      ->capture_default_str();
  app.add_option("--truth-osl", flags.truth.osl_tokens, "Tokens of its replies")
      ->transform(WholeNumber(2, 10'000'000))
      ->needs(truth)
      ->capture_default_str();
}

void AddFaultFlags(CLI::App& app, Flags& flags) {
  SimOptions& options = flags.options;
  app.add_option("--fault", flags.faults,
                 "KIND[:share][:after_chunks], where KIND is refuse, 429, 503, hang, cut, "
                 "error-event, garbage, bad-json, slow or silent; repeatable");
  app.add_option("--slow-bytes-per-s", options.slow_bytes_per_s, "Rate of the fault slow")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  auto* die =
      app.add_option("--die-after", flags.die_after_s,
                     "Reset all connections this many seconds after the first request, then exit")
          ->check(CLI::PositiveNumber);
  app.add_option("--silent-after", flags.silent_after_s,
                 "Go silent this many seconds after the first request, keeping connections open")
      ->check(CLI::PositiveNumber)
      ->excludes(die);
  app.add_option("--burst", options.burst_chunks, "Hold chunks back, and send this many at once")
      ->transform(WholeNumber(1, 1'000'000));
}

void AddQuirkFlags(CLI::App& app, Flags& flags) {
  app.add_option("--stream-interval", flags.options.reply.stream_interval,
                 "Send a chunk only when it has this many tokens; the first token at once, and the "
                 "last")
      ->transform(WholeNumber(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--quirk", flags.quirks,
                 "NAME[:share of the replies or steps], where NAME is " + QuirkNames() +
                     "; repeatable; docs/simulator.md tells what each does");
}

void AddPaceFlags(CLI::App& app, Flags& flags) {
  static const std::map<std::string, PacePhase> kPhases = {{"spread", PacePhase::kSpread},
                                                           {"together", PacePhase::kTogether}};
  PaceSchedule::Options& schedule = flags.pace.schedule;
  CLI::Option* pace =
      app.add_option(
             "--pace", schedule.chunks_per_s,
             "Chunks per second on each stream, in place of the batch model; for benchmarks")
          ->check(CLI::Range(0.01, 100'000.0))
          ->each([&flags](const std::string&) { flags.paced = true; });
  for (const char* other :
       {"--fault", "--textless-share", "--die-after", "--silent-after", "--burst", "--merge-share",
        "--no-draft-share", "--acceptance", "--stream-interval", "--quirk"}) {
    // The paced server has no batch and no faults: silently ignoring these would mislead.
    pace->excludes(app.get_option(other));
  }
  app.add_option("--pace-phase", schedule.phase,
                 "Phases of the streams: spread evenly, or together")
      ->transform(CLI::CheckedTransformer(kPhases))
      ->needs(pace);
  app.add_option("--pace-tokens", flags.pace.tokens,
                 "Tokens of the chunks after the first, repeated, such as 3,1,4")
      ->delimiter(',')
      ->transform(WholeNumber(1, 10'000))
      ->needs(pace);
  app.add_option("--pace-first-ms", flags.pace_first_ms, "Minimum time to the first chunk")
      ->check(CLI::NonNegativeNumber)
      ->needs(pace);
}

// Flags of one engine with another, and what an engine can't do.
absl::Status CheckEngine(const Flags& flags) {
  using enum EngineKind;
  const FlavourOptions& flavour = flags.options.flavour;
  struct OwnFlag {
    bool given;
    const char* name;
    EngineKind engine;
    const char* need;
  };
  const OwnFlag own_flags[] = {
      {flags.paced, "--pace", kVllm, "vllm, the only paced one"},
      {flavour.spec_metrics != SpecMetricsDetail::kNone, "--per-request-spec-decode-metrics", kVllm,
       "vllm, whose flag this is"},
      {flavour.prompt_tokens_details, "--enable-prompt-tokens-details", kVllm,
       "vllm, whose flag this is"},
      {flavour.cache_report, "--enable-cache-report", kSglang, "sglang, whose flag this is"},
      {flavour.dev_mode, "--server-dev-mode", kVllm, "vllm, whose mode this is"},
      {flavour.sglang_names != SglangNames::kSince0512, "--sglang-names", kSglang, "sglang"},
      {flavour.sglang_incremental, "--incremental-streaming-output", kSglang,
       "sglang, whose flag this is"},
      {!flavour.sglang_request_log.empty(), "--export-metrics-to-file-dir", kSglang,
       "sglang, whose flag this is"},
      {flavour.attention_dp > 1, "--attention-dp", kTrtllm, "trtllm, whose ranks these are"}};
  for (const OwnFlag& flag : own_flags) {
    if (!flag.given || flavour.engine == flag.engine) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: need --engine %s", flag.name, flag.need));
  }
  const OwnFlag impossible[] = {
      {!flavour.api_key.empty(), "--api-key", kTrtllm, "trtllm, which asks for no key"},
      {flags.options.reply.merge_share > 0, "--merge-share", kLlamacpp,
       "llamacpp, which sends each token by itself"},
      {flags.options.reply.stream_interval > 1, "--stream-interval", kLlamacpp,
       "llamacpp, which sends each token by itself"},
      {flags.options.batch.no_draft_share > 0, "--no-draft-share", kSglang,
       "sglang, which verifies drafts of the full length in every step"}};
  for (const OwnFlag& flag : impossible) {
    if (!flag.given || flavour.engine != flag.engine) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: need another --engine than %s", flag.name, flag.need));
  }
  return flags.options.reply.quirks.CheckFor(flavour.engine);
}

absl::Status CheckTogether(Flags& flags) {
  SimOptions& options = flags.options;
  if (absl::Status taken = TakeStepTime(flags.step_time, options.batch.time); !taken.ok()) {
    return taken;
  }
  options.flavour.seed = options.seed;
  const bool vllm = options.flavour.engine == EngineKind::kVllm;
  options.flavour.metrics = vllm ? !flags.no_metrics : flags.enable_metrics;
  options.flavour.stream_interval = options.reply.stream_interval;
  AdaptBatch(options.flavour.engine, options.batch);
  for (const std::string& text : flags.quirks) {
    if (absl::Status added = options.reply.quirks.Add(text); !added.ok()) return added;
  }
  if (absl::Status fits = CheckEngine(flags); !fits.ok()) return fits;
  // Before --acceptance, whose rates are checked against the draft length.
  options.acceptance = AcceptanceModel(options.batch.draft_length);
  if (flags.die_after_s > 0) options.die_after = FromSeconds(flags.die_after_s);
  if (flags.silent_after_s > 0) options.silent_after = FromSeconds(flags.silent_after_s);
  flags.pace.schedule.first = FromMillis(flags.pace_first_ms);
  if (flags.paced) options.pace = flags.pace;
  for (const std::string& rates : flags.acceptance) {
    if (absl::Status set = options.acceptance.Set(rates); !set.ok()) return set;
  }
  for (const std::string& text : flags.faults) {
    absl::StatusOr<Fault> fault = ParseFault(text);
    if (!fault.ok()) return fault.status();
    options.faults.push_back(*fault);
  }
  // Replicas take the ports that follow.
  if (options.port != 0 && options.port + options.replicas > 65'536) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--port: need room for %d replicas up to 65535, got %d", options.replicas, options.port));
  }
  // A request that fits the context must fit the cache; vLLM refuses to start without.
  if (options.batch.kv_tokens_max < options.flavour.context_tokens_max) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--kv-tokens: need at least --max-model-len (%d), got %d",
                        options.flavour.context_tokens_max, options.batch.kv_tokens_max));
  }
  return absl::OkStatus();
}

int Run(Flags& flags) {
  absl::Status status = CheckTogether(flags);
  if (status.ok() && flags.model_truth) {
    const SimOptions& options = flags.options;
    std::fputs(ModelTruthJson(options.batch, options.acceptance, flags.truth).c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  if (status.ok()) {
    status = flags.options.pace ? RunPaceServer(flags.options) : RunModelServer(flags.options);
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "specctl sim: %s\n", PrintableLines(std::string(status.message())).c_str());
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace

void AddSimCommand(CLI::App& app, int& exit_status) {
  CLI::App* sim = app.add_subcommand("sim", "Serve a simulated engine with speculative decoding");
  const auto flags = std::make_shared<Flags>();
  AddServerFlags(*sim, *flags);
  AddEngineFlags(*sim, *flags);
  AddModelFlags(*sim, *flags);
  AddSpeculationFlags(*sim, *flags);
  AddTruthFlags(*sim, *flags);
  AddFaultFlags(*sim, *flags);
  AddQuirkFlags(*sim, *flags);
  AddPaceFlags(*sim, *flags);
  ::specctl::flags::SetHelp(
      *sim,
      {.examples = {{.what = "on port 8000, where specctl run looks by default",
                     .line = "specctl sim"},
                    {.what = "an SGLang server with its metrics",
                     .line = "specctl sim --engine sglang --enable-metrics"},
                    {.what =
                         "four replicas with a draft length of 5; 1 % of the requests get a 503",
                     .line = "specctl sim --replicas 4 --draft-length 5 --fault 503:0.01"}},
       .groups = {}});
  sim->callback([flags, &exit_status] { exit_status = Run(*flags); });
}

}  // namespace specctl::sim
