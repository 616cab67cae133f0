#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include "common/engine/engine_profile.h"
#include "common/report/result_names.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"
#include "tools/request/named_target.h"

namespace specctl::cli {
namespace {

using Request = RequestFlags::Request;

// --- servers ------------------------------------------------------------------------------------

struct TargetFlags {
  RequestFlags::GivenList urls, targets;
};

// The metrics of a server that is named twice would count twice.
absl::Status CheckApart(std::string_view flag, const std::vector<TargetSpec>& targets,
                        const TargetSpec& target) {
  for (const TargetSpec& other : targets) {
    if (other.url == target.url) {
      return BadFlag(
          flag,
          absl::StrFormat(
              "%s is given twice; --model-mix spreads requests over several models of one server",
              target.url));
    }
    if (!target.name.empty() && other.name == target.name) {
      return BadFlag(flag, absl::StrFormat("two targets are named %s", target.name));
    }
  }
  return absl::OkStatus();
}

absl::Status AddTargets(std::string_view flag, const std::vector<std::string>& texts,
                        Request& request) {
  for (const std::string& text : texts) {
    auto target = ParseTarget(flag, text);
    if (!target.ok()) return target.status();
    auto apart = CheckApart(flag, request.spec.targets, target->spec);
    if (!apart.ok()) return apart;
    request.spec.targets.push_back(std::move(target->spec));
    request.secrets.basic_authorizations.push_back(std::move(target->basic_authorization));
  }
  return absl::OkStatus();
}

std::vector<std::string> DefaultUrls(const std::string& of_environment) {
  if (of_environment.empty()) return {"http://localhost:8000"};
  return absl::StrSplit(of_environment, ',', absl::SkipEmpty());
}

absl::Status TakeTargets(const TargetFlags& given, const Surroundings& surroundings,
                         Request& request) {
  RunSpec& spec = request.spec;
  std::vector<std::string> urls = *given.urls;
  // The environment comes last: flags and --like are more specific.
  if (urls.empty() && given.targets->empty() && spec.targets.empty()) {
    urls = DefaultUrls(surroundings.default_url);
  }
  if (!urls.empty() || !given.targets->empty()) {  // not those of --like
    spec.targets.clear();
    spec.gpus.reset();
  }
  if (auto added = AddTargets("--url", urls, request); !added.ok()) return added;
  return AddTargets("--target", *given.targets, request);
}

absl::Status TakeUrlPolicy(Request& request, const std::string& text) {
  constexpr std::array kPolicies = {UrlPolicy::kRoundRobin, UrlPolicy::kLeastInFlight};
  const auto policy = OneOf("--url-policy", text, kPolicies, UrlPolicyName);
  if (policy.ok()) request.spec.url_policy = *policy;
  return policy.status();
}

// GPUs of all targets, where each says its own; else --gpus.
absl::Status TakeGpus(const std::optional<uint64_t>& given, RunSpec& spec) {
  uint32_t sum = 0;
  const TargetSpec* without = nullptr;
  for (const TargetSpec& target : spec.targets) {
    if (!target.gpus && without == nullptr) without = &target;
    sum += target.gpus.value_or(0);
  }
  // No target says its own.
  if (sum == 0) {
    if (given) spec.gpus = static_cast<uint32_t>(*given);
    return absl::OkStatus();
  }
  if (given) return BadFlag("--gpus", "can't be combined with gpus= in --target");
  if (without != nullptr) {
    return BadFlag("--target", absl::StrFormat("gpus= is given for other targets but not for %s",
                                               without->url));
  }
  spec.gpus = sum;
  return absl::OkStatus();
}

// --- models and endpoint ------------------------------------------------------------------------

absl::StatusOr<std::pair<std::string, double>> ParseModelShare(std::string_view text) {
  // The last: names of models may hold a '='.
  const size_t equals = text.rfind('=');
  std::string_view number = text.substr(std::min(equals, text.size()));
  number.remove_prefix(std::min<size_t>(number.size(), 1));
  if (number.ends_with('%')) number.remove_suffix(1);  // shares are relative to each other
  const auto share = ParseNumber(number);
  if (!share.ok() || *share <= 0 || equals == 0) {
    return BadFlag("--model-mix",
                   absl::StrFormat("need MODEL=SHARE, each share above 0, got \"%s\"", text));
  }
  return std::pair(std::string(text.substr(0, equals)), *share);
}

absl::Status TakeModelMix(const std::vector<std::string>& texts, RequestSpec& request) {
  request.model_mix.clear();
  for (const std::string& text : texts) {
    auto share = ParseModelShare(text);
    if (!share.ok()) return share.status();
    for (const auto& [model, other] : request.model_mix) {
      if (model == share->first) {
        return BadFlag("--model-mix", absl::StrFormat("%s is given twice", model));
      }
    }
    request.model_mix.push_back(*std::move(share));
  }
  // Probes ask for one model; the first of the mix will do.
  request.model = request.model_mix.front().first;
  return absl::OkStatus();
}

// `targets_given`: by --target, each perhaps with a model of its own.
void AskForModel(const std::string& model, bool targets_given, RunSpec& spec) {
  spec.request.model = model;
  spec.request.model_mix.clear();
  // A --target's own model goes before --model, which is for the others.
  if (targets_given) return;
  for (TargetSpec& target : spec.targets) target.model.clear();  // of --like
}

absl::Status TakeEndpoint(Request& request, const std::string& text) {
  constexpr std::array kEndpoints = {Endpoint::kChat, Endpoint::kCompletions, Endpoint::kGenerate};
  const auto endpoint = OneOf("--endpoint", text, kEndpoints, EndpointName);
  if (endpoint.ok()) request.spec.request.endpoint = *endpoint;
  return endpoint.status();
}

void AddModelFlags(const RequestFlags::GivenList& targets, RequestFlags& flags) {
  const auto model = flags.TextForStep(
      {"--model,-m", "Model to request [the first that /v1/models lists]", "Common"});
  const auto mix =
      flags.ListForStep({"--model-mix",
                         "MODEL=SHARE,...: spread the conversations over several models, such as "
                         "LoRA adapters; a row's own model overrides it",
                         "Target"},
                        {.delimiter = ','});
  flags.Then([targets, model, mix](const Surroundings&, Request& request) -> absl::Status {
    if (*model && !mix->empty()) return BadFlag("--model-mix", "can't be combined with --model");
    if (*model) AskForModel(**model, !targets->empty(), request.spec);
    return mix->empty() ? absl::OkStatus() : TakeModelMix(*mix, request.spec.request);
  });
}

// --- trust and patience -------------------------------------------------------------------------

// How these are shown differs by command.
void AddTrustFlags(const FlagText& ca_file, const FlagText& insecure, RequestFlags& flags) {
  flags.Text(ca_file, [](Request& request, const std::string& path) {
    request.spec.tls.ca_file = path;
    return absl::OkStatus();
  });
  flags.Switch(insecure, [](Request& request) -> bool& { return request.spec.tls.insecure; });
}

absl::Status TakeEngine(Request& request, const std::string& name) {
  std::vector<std::string> names;
  for (const EngineProfile* engine : EngineProfiles()) {
    if (engine->name == name) {
      request.spec.engine = name;
      return absl::OkStatus();
    }
    names.emplace_back(engine->name);
  }
  return BadFlag("--engine",
                 absl::StrFormat("need one of %s, got \"%s\"", absl::StrJoin(names, ", "), name));
}

void AddWaitReady(const FlagText& text, RequestFlags& flags) {
  flags.Time(text, [](Request& request) -> Nanos& { return request.wait_ready; });
}

}  // namespace

void AddTargetFlags(RequestFlags& flags) {
  TargetFlags given;
  given.urls =
      flags.ListForStep({"--url,-u",
                         "Target server, with or without /v1; for several, separate them with "
                         "commas or repeat the flag [$SPECCTL_URL, else http://localhost:8000]",
                         "Common"},
                        {.delimiter = ','});
  given.targets = flags.ListForStep({"--target",
                                     "[NAME=]URL[,model=M][,gpus=N]: a target with its own name in "
                                     "reports, model and number of GPUs; repeatable",
                                     "Target"});
  flags.Then([given](const Surroundings& surroundings, Request& request) {
    return TakeTargets(given, surroundings, request);
  });
  flags.Text({"--url-policy",
              "How conversations are spread over targets: round_robin (in turn) or "
              "least_in_flight [round_robin]",
              "Expert"},
             TakeUrlPolicy);
  AddServerFlags(given.targets, flags);
  const auto gpus = flags.NumberForStep(
      {"--gpus", "Number of GPUs behind the targets, for TPS per GPU", "Target"}, 1, kGpusMax);
  flags.Then(
      [gpus](const Surroundings&, Request& request) { return TakeGpus(*gpus, request.spec); });
}

void AddServerFlags(const RequestFlags::GivenList& targets, RequestFlags& flags) {
  AddModelFlags(targets, flags);
  flags.Text(
      {"--engine",
       "Engine of the targets, where probing can't tell: vllm, sglang, trtllm, nim, llamacpp "
       "or openai [found by probing]",
       "Target"},
      TakeEngine);
  flags.Switch(
      {"--flush-cache",
       "Clear the targets' prefix caches before the run (vLLM in development mode, SGLang)",
       "Target"},
      [](Request& request) -> bool& { return request.spec.flush_cache; });
  flags.Choice({"--resolve",
                "Addresses of a target's name that get the load: first (the first that answers) or "
                "all, connection by connection in turn [first]",
                "Target"},
               {"first", "all"}, [](Request& request, const std::string& which) {
                 request.spec.resolve_all = which == "all";
               });
  flags.Then([](const Surroundings&, Request& request) {
    if (!request.spec.flush_cache || !request.spec.resolve_all) return absl::OkStatus();
    return BadFlag("--flush-cache",
                   "can't be combined with --resolve all: it would clear the cache of one address; "
                   "name each replica by a --target of its own");
  });
  flags.Text(
      {"--endpoint", "API to call: chat, completions, or generate (SGLang's own) [chat]", "Target"},
      TakeEndpoint);
  AddCredentialFlags(
      {.api_key_env = {"--api-key-env", "Environment variable that holds the API key", "Target"},
       .header = {"--header",
                  "NAME:VALUE, sent with each request; repeatable. The value is written to no file",
                  "Target"},
       .keep_header =
           FlagText{"--keep-header",
                    "Name of a --header whose value may be written to the artifacts; repeatable",
                    "Target"}},
      flags);
  AddTrustFlags({"--ca-file", "PEM file of certificates to trust for https", "Expert"},
                {"--insecure", "Skip TLS verification (insecure)", "Expert"}, flags);
  AddWaitReady({"--wait-ready",
                "Wait up to this long for the server to answer a real inference [0]", "Target"},
               flags);
}

void AddProbeFlags(RequestFlags& flags) {
  TargetFlags given;
  given.urls =
      flags.ListForStep({"url", "Target servers [$SPECCTL_URL, else http://localhost:8000]", {}});
  given.targets = flags.ListForStep(
      {"--target", "[NAME=]URL[,model=M][,gpus=N], as for `specctl run`; repeatable", {}},
      {.spaces = false});
  flags.Then([given](const Surroundings& surroundings, Request& request) {
    return TakeTargets(given, surroundings, request);
  });
  flags.Text({"--model,-m", "Model to request [the first that /v1/models lists]", {}},
             [](Request& request, const std::string& model) {
               request.spec.request.model = model;
               return absl::OkStatus();
             });
  flags.Text({"--engine", "Engine of the servers, where probing can't tell", {}}, TakeEngine);
  AddCredentialFlags(
      {.api_key_env = {"--api-key-env", "Environment variable that holds the API key", {}},
       .header = {"--header", "NAME:VALUE; repeatable", {}},
       .keep_header = {}},
      flags);
  AddTrustFlags({"--ca-file", "PEM file of certificates to trust", {}},
                {"--insecure", "Skip TLS verification (insecure)", {}}, flags);
  AddWaitReady(
      {"--wait-ready", "Wait up to this long for the server to answer a real inference [0]", {}},
      flags);
}

}  // namespace specctl::cli
