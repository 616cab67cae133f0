#include "tools/specctl/target_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include "common/net/http_request.h"
#include "common/net/url.h"
#include "common/report/result_names.h"
#include "tools/specctl/flag_values.h"
#include "tools/specctl/header_flags.h"

namespace specctl::cli {
namespace {

using controller::MeasureRequest;

constexpr std::string_view kTargetForm = "[NAME=]URL[,model=M][,gpus=N]";
constexpr uint32_t kGpusMax = 1'000'000;

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

// Cuts "NAME=" off `text`; empty where there is none.  A '=' within the URL is none of a name.
std::string_view TakeName(std::string_view& text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  const std::string_view name = text.substr(0, equals);
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameCharacter)) return {};
  text.remove_prefix(equals + 1);
  return name;
}

absl::Status TakeAttribute(std::string_view flag, std::string_view text, TargetSpec& target) {
  const size_t equals = std::min(text.find('='), text.size());
  const std::string_view key = text.substr(0, equals);
  const std::string_view value = text.substr(std::min(equals + 1, text.size()));
  if (key == "model" && !value.empty()) {
    target.model = value;
    return absl::OkStatus();
  }
  if (key == "gpus") {
    uint32_t gpus = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), gpus);
    if (error != std::errc() || end != value.data() + value.size() || gpus == 0 ||
        gpus > kGpusMax) {
      return BadFlag(flag, absl::StrFormat("gpus: need a whole number from 1 to %d, got \"%s\"",
                                           kGpusMax, value));
    }
    target.gpus = gpus;
    return absl::OkStatus();
  }
  return BadFlag(flag, absl::StrFormat("need %s; \"%s\" is neither model=M nor gpus=N", kTargetForm,
                                       text.substr(0, text.find('@'))));
}

// The metrics of a server that is named twice would count twice.
absl::Status CheckApart(std::string_view flag, const std::vector<TargetSpec>& targets,
                        const TargetSpec& target) {
  for (const TargetSpec& other : targets) {
    if (other.url == target.url) {
      return BadFlag(flag, absl::StrFormat("%s is named twice; --model-mix spreads requests over "
                                           "several models of one server",
                                           target.url));
    }
    if (!target.name.empty() && other.name == target.name) {
      return BadFlag(flag, absl::StrFormat("two targets are named %s", target.name));
    }
  }
  return absl::OkStatus();
}

absl::Status AddTargets(std::string_view flag, const std::vector<std::string>& texts,
                        MeasureRequest& request) {
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

// GPUs of all targets, where each says its own; else --gpus.
absl::Status TakeGpus(const RunFlags& flags, RunSpec& spec) {
  uint32_t sum = 0;
  const TargetSpec* without = nullptr;
  for (const TargetSpec& target : spec.targets) {
    if (!target.gpus && without == nullptr) without = &target;
    sum += target.gpus.value_or(0);
  }
  if (sum == 0) {
    if (flags.gpus) spec.gpus = static_cast<uint32_t>(*flags.gpus);
    return absl::OkStatus();
  }
  if (flags.gpus) return BadFlag("--gpus", "excludes gpus= of --target: give one of them");
  if (without != nullptr) {
    return BadFlag("--target", absl::StrFormat("gpus= is given for other targets and not for %s",
                                               without->url));
  }
  spec.gpus = sum;
  return absl::OkStatus();
}

absl::Status TakeHeaders(const RunFlags& flags, MeasureRequest& request) {
  RequestSpec& asked = request.spec.request;
  if (flags.headers.empty()) {  // of --like
    if (!asked.withheld_headers.empty()) {
      return BadFlag("--like", absl::StrFormat("that run sent the headers %s, whose values are not "
                                               "kept in its files: give them again by --header",
                                               absl::StrJoin(asked.withheld_headers, ", ")));
    }
    request.secrets.headers = asked.headers;
    return absl::OkStatus();
  }
  asked.headers.clear();
  asked.withheld_headers.clear();
  std::vector<std::string> unused = flags.keep_headers;
  for (const std::string& text : flags.headers) {
    auto header = ParseHeader(text);
    if (!header.ok()) return header.status();
    const auto is_named = [&](const std::string& name) {
      return absl::EqualsIgnoreCase(name, header->first);
    };
    const bool kept = std::any_of(flags.keep_headers.begin(), flags.keep_headers.end(), is_named);
    std::erase_if(unused, is_named);
    request.secrets.headers.push_back(*header);
    if (kept) {
      asked.headers.push_back(*std::move(header));
    } else if (std::none_of(asked.withheld_headers.begin(), asked.withheld_headers.end(),
                            is_named)) {
      asked.withheld_headers.push_back(std::move(header->first));
    }
  }
  if (unused.empty()) return absl::OkStatus();
  return BadFlag("--keep-header",
                 absl::StrFormat("no --header gives %s", absl::StrJoin(unused, ", ")));
}

absl::Status TakeApiKey(const RunFlags& flags, const Surroundings& surroundings,
                        MeasureRequest& request) {
  Secrets& secrets = request.secrets;
  if (!flags.api_key_env) return absl::OkStatus();
  const std::string& name = *flags.api_key_env;
  const auto value = surroundings.environment(name);
  if (!value || value->empty()) {
    return BadFlag("--api-key-env", absl::StrFormat("the environment variable %s is %s", name,
                                                    value ? "empty" : "not set"));
  }
  if (!IsHeaderValue(*value)) {
    return BadFlag("--api-key-env",
                   absl::StrFormat("the environment variable %s holds a line break or another "
                                   "character that no header can carry",
                                   name));
  }
  for (const auto& [header, text] : secrets.headers) {
    if (absl::EqualsIgnoreCase(header, "authorization")) {
      return BadFlag("--api-key-env", "excludes --header Authorization: give one of them");
    }
  }
  secrets.api_key = *value;
  request.api_key_variable = name;
  return absl::OkStatus();
}

absl::StatusOr<std::pair<std::string, double>> ParseModelShare(std::string_view text) {
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

}  // namespace

absl::StatusOr<NamedTarget> ParseTarget(std::string_view flag, std::string_view text) {
  NamedTarget target;
  target.spec.name = TakeName(text);
  if (target.spec.name == "model" || target.spec.name == "gpus") {
    return BadFlag(flag, absl::StrFormat("\"%s=\" without a URL before it; need --target %s",
                                         target.spec.name, kTargetForm));
  }
  const std::vector<std::string> parts = absl::StrSplit(std::string(text), ',');
  const auto url = ParseTargetUrl(parts.front());
  if (!url.ok()) return BadFlag(flag, std::string(url.status().message()));
  target.spec.url = url->ToString();
  target.basic_authorization = url->BasicAuthorization();
  for (size_t i = 1; i < parts.size(); ++i) {
    if (auto taken = TakeAttribute(flag, parts[i], target.spec); !taken.ok()) return taken;
  }
  return target;
}

absl::Status TakeTargets(const RunFlags& flags, const std::string& default_url,
                         MeasureRequest& request) {
  RunSpec& spec = request.spec;
  std::vector<std::string> urls = flags.urls;
  if (urls.empty() && flags.targets.empty() && spec.targets.empty()) {
    urls = default_url.empty()
               ? std::vector<std::string>{"http://localhost:8000"}
               : std::vector<std::string>(absl::StrSplit(default_url, ',', absl::SkipEmpty()));
  }
  if (!urls.empty() || !flags.targets.empty()) {
    spec.targets.clear();
    spec.gpus.reset();
  }
  if (auto added = AddTargets("--url", urls, request); !added.ok()) return added;
  if (auto added = AddTargets("--target", flags.targets, request); !added.ok()) return added;
  if (flags.url_policy) {
    constexpr std::array kPolicies = {UrlPolicy::kRoundRobin, UrlPolicy::kLeastInFlight};
    const auto policy = OneOfTwo("--url-policy", *flags.url_policy, kPolicies, UrlPolicyName);
    if (!policy.ok()) return policy.status();
    spec.url_policy = *policy;
  }
  return TakeGpus(flags, spec);
}

absl::Status TakeCredentials(const RunFlags& flags, const Surroundings& surroundings,
                             MeasureRequest& request) {
  if (auto taken = TakeHeaders(flags, request); !taken.ok()) return taken;
  return TakeApiKey(flags, surroundings, request);
}

absl::Status TakeModels(const RunFlags& flags, RunSpec& spec) {
  RequestSpec& request = spec.request;
  if (flags.model && !flags.model_mix.empty()) {
    return BadFlag("--model-mix", "excludes --model: give one of them");
  }
  if (flags.model) {
    request.model = *flags.model;
    request.model_mix.clear();
    if (flags.targets.empty()) {  // of --like
      for (TargetSpec& target : spec.targets) target.model.clear();
    }
  }
  if (flags.model_mix.empty()) return absl::OkStatus();
  request.model_mix.clear();
  for (const std::string& text : flags.model_mix) {
    auto share = ParseModelShare(text);
    if (!share.ok()) return share.status();
    for (const auto& [model, other] : request.model_mix) {
      if (model == share->first) {
        return BadFlag("--model-mix", absl::StrFormat("%s is named twice", model));
      }
    }
    request.model_mix.push_back(*std::move(share));
  }
  request.model = request.model_mix.front().first;
  return absl::OkStatus();
}

}  // namespace specctl::cli
