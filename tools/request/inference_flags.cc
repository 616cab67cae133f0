#include <limits>
#include <string>

#include <absl/strings/str_format.h>

#include "tools/request/extra_inputs.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

constexpr uint64_t kOslMax = std::numeric_limits<int32_t>::max();  // what engines take

absl::Status TakeTemperatureFlag(Request& request, const std::string& text) {
  request.temperature_given = true;
  // Also that of --like.
  request.spec.request.temperature.reset();
  if (text == "server") return absl::OkStatus();
  const auto number = ParseNumber(text);
  if (!number.ok() || *number < 0) {
    return BadFlag("--temperature",
                   absl::StrFormat("need a number of at least 0, or `server`, got \"%s\"", text));
  }
  request.spec.request.temperature = *number;
  return absl::OkStatus();
}

}  // namespace

void AddInferenceFlags(RequestFlags& flags) {
  flags.Text({"--temperature",
              "Sampling temperature, or `server` for the server's default [0 for named datasets, "
              "else server]",
              "Request"},
             TakeTemperatureFlag);
  AddReplyFlags(flags);
}

void AddReplyFlags(RequestFlags& flags) {
  flags.Number({"--osl", "max_tokens of each request [4096 for SPEED-Bench, else 1024]", "Common"},
               1, kOslMax, [](Request& request, uint64_t tokens) {
                 request.osl_tokens = static_cast<uint32_t>(tokens);
               });
  flags.Switch(
      {"--ignore-eos", "Ignore the end-of-sequence token: always generate --osl tokens", "Request"},
      [](Request& request) -> bool& { return request.spec.request.ignore_eos; });
  flags.Text(
      {"--reasoning-effort",
       "reasoning_effort of each chat request: low, medium, high or what the model's template "
       "knows",
       "Request"},
      [](Request& request, const std::string& effort) {
        request.spec.request.reasoning_effort = effort;
        return absl::OkStatus();
      });
  flags.Switch(
      {"--keep-reasoning",
       "Send what a reply reasoned back with it as history; by default only its answer", "Request"},
      [](Request& request) -> bool& { return request.spec.request.keep_reasoning; });
  flags.Text({"--cache-salt",
              "Share no cached prefixes with requests of another salt: a text, or `run` for one of "
              "this run's own (vLLM, SGLang)",
              "Request"},
             [](Request& request, const std::string& salt) {
               request.spec.request.cache_salt = salt;
               return absl::OkStatus();
             });
  const auto extra = flags.ListForStep(
      {"--extra-inputs", "Extra request fields, as k:v or a JSON object; repeatable", "Request"});
  flags.Then([extra, &flags](const Surroundings&, Request& request) {
    return TakeExtraInputs(*extra, flags, request);
  });
  flags.TimeAboveZero({"--timeout", "Time limit for a whole request [600s]", "Expert"},
                      [](Request& request) -> Nanos& { return request.spec.timeouts.request; });
  flags.TimeAboveZero({"--connect-timeout", "Time limit for connecting [10s]", "Expert"},
                      [](Request& request) -> Nanos& { return request.spec.timeouts.connect; });
  flags.TimeAboveZero(
      {"--idle-timeout", "Time limit for a server's silence within a request [60s]", "Expert"},
      [](Request& request) -> Nanos& { return request.spec.timeouts.idle; });
}

}  // namespace specctl::cli
