#include "tools/specctl/run_flags.h"

#include <cstdint>
#include <limits>
#include <utility>

#include <absl/strings/str_format.h>

#include "tools/flags/config_file.h"
#include "tools/flags/help_page.h"
#include "tools/flags/whole_number.h"

namespace specctl::cli {
namespace {

using ::specctl::flags::WholeNumber;

constexpr uint64_t kBsMax = 1'000'000;  // of --agents and --gpus, too
// Turns of all repeats of a dataset still fit their counters.
constexpr uint64_t kRequestsMax = 1'000'000'000'000;
constexpr uint64_t kOslMax = std::numeric_limits<int32_t>::max();  // what engines take

// add_flag() on an optional sets it to false where the flag is not given.
CLI::Option* AddSwitch(CLI::App& app, const std::string& name, std::optional<bool>& value,
                       const std::string& about) {
  return app.add_flag_function(
      name, [&value](int64_t times) { value = times > 0; }, about);
}

void AddTargetFlags(CLI::App& app, RunFlags& flags) {
  app.add_option("--url,-u", flags.urls,
                 "A target server, with or without /v1; several: a comma between them, or the flag "
                 "again [$SPECCTL_URL, else http://localhost:8000]")
      ->delimiter(',')
      ->group("Common");
  app.add_option("--target", flags.targets,
                 "[NAME=]URL[,model=M][,gpus=N]: a target with a name for the reports, a model and "
                 "GPUs of its own; repeatable")
      ->group("Target");
  app.add_option("--url-policy", flags.url_policy, "round_robin (by position) or least_in_flight")
      ->group("Expert");
  app.add_option("--model,-m", flags.model, "Model [the first that /v1/models names]")
      ->group("Common");
  app.add_option("--model-mix", flags.model_mix,
                 "MODEL=SHARE,...: spread the conversations over several models, LoRA adapters for "
                 "example; a row's own model overrides it")
      ->delimiter(',')
      ->group("Target");
  app.add_option("--endpoint", flags.endpoint, "chat or completions [chat]")->group("Target");
  app.add_option("--api-key-env", flags.api_key_env,
                 "Name of the environment variable that holds the API key")
      ->group("Target");
  app.add_option("--header", flags.headers,
                 "NAME:VALUE, sent with each request; repeatable. Its value is in no file")
      ->group("Target");
  app.add_option("--keep-header", flags.keep_headers,
                 "Name of a --header whose value the artifacts may hold; repeatable")
      ->group("Target");
  app.add_option("--ca-file", flags.ca_file, "PEM file of the certificates to trust for https")
      ->group("Expert");
  AddSwitch(app, "--insecure", flags.insecure, "Don't check https certificates: anybody can answer")
      ->group("Expert");
  app.add_option("--wait-ready", flags.wait_ready,
                 "Wait this long until a real inference answers [0]")
      ->group("Target");
  app.add_option("--gpus", flags.gpus, "Number of GPUs behind the targets, for TPS per GPU")
      ->transform(WholeNumber(1, kBsMax))
      ->group("Target");
}

void AddLoadFlags(CLI::App& app, RunFlags& flags) {
  app.add_option("--bs,--concurrency", flags.bs,
                 "Concurrency: conversations in flight, over all agents [1]")
      ->transform(WholeNumber(1, kBsMax))
      ->group("Common");
  app.add_option("--agents", flags.agents,
                 "Agent processes [one for each 256 of --bs, at most one a core]")
      ->transform(WholeNumber(1, kBsMax))
      ->group("Load");
  app.add_option("--requests,--request-count", flags.requests, "Send this many requests (turns)")
      ->transform(WholeNumber(1, kRequestsMax))
      ->group("Common");
  app.add_option("--conversations,--num-conversations", flags.conversations,
                 "Send this many conversations")
      ->transform(WholeNumber(1, kRequestsMax))
      ->group("Load");
  app.add_option("--duration,--benchmark-duration", flags.duration,
                 "Begin no new turn after this time, counted from the end of ramp and warm-up")
      ->group("Common");
  app.add_option("--ramp", flags.ramp, "Fill the slots evenly over this time [0]")->group("Load");
  app.add_option("--warmup", flags.warmup, "Full load that is left out of the hold [0]")
      ->group("Load");
  app.add_option("--grace,--benchmark-grace-period", flags.grace,
                 "What is in flight at the limit gets this long [30s]")
      ->group("Expert");
  app.add_option("--max-failed", flags.max_failed,
                 "End a run in which more than this share fails [10%]")
      ->group("Expert");
  app.add_option("--seed,--random-seed", flags.seed, "Seed of the order of prompts [0]")
      ->transform(WholeNumber(0))
      ->group("Expert");
}

void AddPromptFlags(CLI::App& app, RunFlags& flags) {
  app.add_option("--dataset", flags.dataset,
                 "A name (`specctl dataset list`) or a file [speed_bench_throughput_1k where it is "
                 "found, else builtin]")
      ->group("Common");
  app.add_option("--public-dataset", flags.public_dataset, "The same as --dataset NAME")
      ->group("Prompts");
  app.add_option("--dataset-dir", flags.dataset_dir,
                 "Where named datasets lie [$SPECCTL_DATASETS, else ~/.cache/specctl/datasets]")
      ->group("Prompts");
  app.add_option("--dataset-format", flags.dataset_format,
                 "Form of the rows, where it can't be told from them")
      ->group("Prompts");
  app.add_option("--input-file", flags.input_file, "A file of prompts")->group("Prompts");
  app.add_option("--custom-dataset-type", flags.custom_dataset_type,
                 "What --input-file holds: a dataset's name, single_turn or multi_turn")
      ->group("Prompts");
}

void AddRequestFlags(CLI::App& app, RunFlags& flags) {
  app.add_option("--osl", flags.osl, "max_tokens of each request [4096 for SPEED-Bench, else 1024]")
      ->transform(WholeNumber(1, kOslMax))
      ->group("Common");
  app.add_option("--temperature", flags.temperature,
                 "A number, or `server` for the server's own [0 for named datasets, else server]")
      ->group("Request");
  AddSwitch(app, "--ignore-eos", flags.ignore_eos, "Generate --osl tokens, whatever the model says")
      ->group("Request");
  app.add_option("--extra-inputs", flags.extra_inputs,
                 "Request fields: k:v, or a JSON object; repeatable")
      ->group("Request");
  app.add_option("--timeout", flags.timeout, "Longest time of one request [600s]")->group("Expert");
  app.add_option("--connect-timeout", flags.connect_timeout, "Longest time to connect [10s]")
      ->group("Expert");
  app.add_option("--idle-timeout", flags.idle_timeout,
                 "Longest silence of a server within a request [60s]")
      ->group("Expert");
}

void AddOutputFlags(CLI::App& app, RunFlags& flags) {
  app.add_option("--server-metrics", flags.server_metrics,
                 "Metrics URLs to scrape [{url}/metrics of each target]")
      ->delimiter(',')
      ->group("Target");
  app.add_option(
         "--metrics-header", flags.metrics_headers,
         "NAME:VALUE, sent to the URLs of --server-metrics; repeatable. They get no --header "
         "and no API key, but where they are a target's own")
      ->group("Target");
  app.add_flag("--no-server-metrics", flags.no_server_metrics, "Don't scrape the servers' metrics")
      ->group("Target");
  app.add_option("--output-dir,--output-artifact-dir", flags.output_dir,
                 "Where the artifacts go; empty or new [runs/<id>]")
      ->group("Common");
  app.add_option("--format", flags.format, "What is printed at the end: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->group("Output");
  AddSwitch(app, "--save-text", flags.save_text, "Keep the replies, in outputs.jsonl")
      ->group("Output");
  app.add_option("--tag", flags.tags, "k=v, kept in the artifacts; repeatable")->group("Output");
  app.add_flag("--strict", flags.strict, "Exit with 3 where the verdict is invalid")
      ->group("Output");
  app.add_flag("--dry-run", flags.dry_run, "Say what would be sent, as text, and send nothing")
      ->group("Common");
  app.add_option("--like", flags.like,
                 "Repeat the run in this folder, or with this id; other flags go before it")
      ->group("Common");
  app.add_option("--receive-stamps", flags.receive_stamps,
                 "Who dates an arrival: kernel, or user to see what that does to the figures "
                 "[kernel]")
      ->check(CLI::IsMember({"kernel", "user"}))
      ->group("Expert");
  app.add_option("--agent-timeout", flags.agent_timeout,
                 "An agent that is silent for this long is lost [30s]")
      ->group("Expert");
}

// Comes before all other options: theirs are read in this order, so what it adds is read after it.
void AddConfigFlag(CLI::App& app) {
  app.add_option_function<std::string>(
         "--config", [&app](const std::string& path) { flags::TakeConfigFile(app, path); },
         "Take flags from this TOML file; the command line goes before it")
      ->group("Output");
}

// Flags of AIPerf that ask for what happens anyway.
void AddNeedlessFlags(CLI::App& app, RunFlags& flags) {
  const auto note = [&flags](std::string name, std::string_view why) {
    flags.notes.push_back(absl::StrFormat("%s changes nothing here: %s", name, why));
  };
  app.add_flag_callback("--streaming",
                        [=] { note("--streaming", "responses are always streamed"); })
      ->group("");
  app.add_flag_callback("--use-server-token-count",
                        [=] {
                          note("--use-server-token-count",
                               "tokens are always counted by the server's own usage");
                        })
      ->group("");
  app.add_option_function<std::string>(
         "--tokenizer",
         [=](const std::string&) {
           note("--tokenizer", "tokens are counted by the server, not by a tokenizer");
         })
      ->group("");
  app.add_option_function<std::string>(
         "--endpoint-type",
         [&flags, note](const std::string& type) {
           if (type == "completions") flags.endpoint = type;
           if (type == "chat") note("--endpoint-type chat", "chat is the default");
           if (type != "chat" && type != "completions") {
             throw CLI::ValidationError("--endpoint-type", "need chat or completions, got " + type);
           }
         })
      ->group("");
}

// Planned, and not built yet: refused by name rather than as unknown.
void AddPlannedFlags(CLI::App& app) {
  for (const char* name : {"--request-rate", "--request-rate-mode", "--goodput", "--controller",
                           "--slo", "--on-agent-loss", "--compare-to", "--draft-length"}) {
    app.add_option_function<std::string>(name,
                                         [name](const std::string&) {
                                           throw CLI::ValidationError(name,
                                                                      "planned, and not built yet");
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
           {.what = "two servers, 512 requests in flight, on prompts that are named",
            .line = "specctl run --url http://vllm-0:8000,http://vllm-1:8000 --bs 512 "
                    "--dataset spec_bench"},
           {.what = "your own prompts; say what would be sent, and send nothing",
            .line = "specctl run --url http://vllm-0:8000 --dataset my.jsonl --dry-run"},
           {.what = "an earlier run once more, with one thing changed",
            .line = "specctl run --like runs/20261129-120142-80b3 --bs 256"}},
      .groups = {"Common", "Target", "Load", "Prompts", "Request", "Output", "Expert"}};
}

}  // namespace

void AddRunFlags(CLI::App& app, RunFlags& flags) {
  AddConfigFlag(app);
  AddTargetFlags(app, flags);
  AddLoadFlags(app, flags);
  AddPromptFlags(app, flags);
  AddRequestFlags(app, flags);
  AddOutputFlags(app, flags);
  AddNeedlessFlags(app, flags);
  AddPlannedFlags(app);
  specctl::flags::SetHelp(app, RunHelp());
}

}  // namespace specctl::cli
