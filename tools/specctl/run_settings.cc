#include "tools/specctl/run_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_format.h>
#include <boost/json.hpp>

#include "common/base/duration.h"
#include "common/dataset/dataset_locator.h"
#include "common/net/http_request.h"
#include "common/net/url.h"
#include "common/report/result_names.h"
#include "tools/specctl/metrics_targets.h"

namespace specctl::cli {
namespace {

constexpr uint32_t kStreamsPerAgent = 256;

absl::Status Bad(std::string_view flag, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("%s: %s", flag, what));
}

// The one of two values that `text` names.
template <class T>
absl::StatusOr<T> ByName(std::string_view flag, std::string_view text,
                         const std::array<T, 2>& values, std::string_view (*name)(T)) {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](T value) { return name(value) == text; });
  if (found != values.end()) return *found;
  return Bad(flag,
             absl::StrFormat("need %s or %s, got \"%s\"", name(values[0]), name(values[1]), text));
}

absl::Status TakeDuration(std::string_view flag, const std::optional<std::string>& text,
                          Nanos& out) {
  if (!text) return absl::OkStatus();
  const auto parsed = ParseDuration(*text);
  if (!parsed.ok()) return Bad(flag, std::string(parsed.status().message()));
  out = *parsed;
  return absl::OkStatus();
}

absl::Status TakeTimeout(std::string_view flag, const std::optional<std::string>& text,
                         Nanos& out) {
  if (const absl::Status taken = TakeDuration(flag, text, out); !taken.ok()) return taken;
  return out > Nanos(0) ? absl::OkStatus() : Bad(flag, "need a time above 0");
}

absl::StatusOr<double> ParseNumber(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    return absl::InvalidArgumentError(absl::StrFormat("need a number, got \"%s\"", text));
  }
  return value;
}

absl::StatusOr<double> ParseShare(std::string_view text) {
  const bool percent = absl::EndsWith(std::string(text), "%");
  const auto number = ParseNumber(percent ? text.substr(0, text.size() - 1) : text);
  const double share = number.ok() ? (percent ? *number / 100 : *number) : -1;
  if (share < 0 || share > 1) {
    return Bad("--max-failed", absl::StrFormat("need a share like 10%% or 0.1, got \"%s\"", text));
  }
  return share;
}

// --- load -------------------------------------------------------------------------------------

absl::Status TakeConcurrency(const RunFlags& flags, uint32_t cores, LoadSpec& load) {
  if (flags.bs) load.bs = static_cast<uint32_t>(*flags.bs);
  if (flags.agents) {
    if (*flags.agents > load.bs) {
      return Bad("--bs", absl::StrFormat("need at least one slot an agent (--agents %d), got %d",
                                         *flags.agents, load.bs));
    }
    load.agents = static_cast<uint32_t>(*flags.agents);
  } else if (flags.bs || load.agents == 0) {
    const uint32_t wanted = (load.bs + kStreamsPerAgent - 1) / kStreamsPerAgent;
    load.agents = std::clamp<uint32_t>(wanted, 1, std::max<uint32_t>(cores, 1));
  }
  return absl::OkStatus();
}

absl::Status TakeLimits(const RunFlags& flags, LoadSpec& load) {
  if (flags.requests && flags.conversations) {
    return Bad("--requests", "excludes --conversations: give one of them");
  }
  if (flags.requests || flags.conversations || flags.duration) {
    load.requests_max = flags.requests;
    load.conversations_max = flags.conversations;
    load.duration.reset();
  }
  if (flags.duration) {
    Nanos duration{0};
    if (auto taken = TakeTimeout("--duration", flags.duration, duration); !taken.ok()) {
      return taken;
    }
    load.duration = duration;
  }
  return absl::OkStatus();
}

absl::Status TakeLoad(const RunFlags& flags, uint32_t cores, LoadSpec& load) {
  if (auto taken = TakeConcurrency(flags, cores, load); !taken.ok()) return taken;
  if (auto taken = TakeLimits(flags, load); !taken.ok()) return taken;
  if (auto taken = TakeDuration("--ramp", flags.ramp, load.ramp); !taken.ok()) return taken;
  if (auto taken = TakeDuration("--warmup", flags.warmup, load.warmup); !taken.ok()) return taken;
  if (auto taken = TakeDuration("--grace", flags.grace, load.grace); !taken.ok()) return taken;
  if (flags.max_failed) {
    const auto share = ParseShare(*flags.max_failed);
    if (!share.ok()) return share.status();
    load.failed_share_max = *share;
  }
  if (flags.seed) load.seed = *flags.seed;
  return absl::OkStatus();
}

// The metrics of a server that is named twice would count twice.
absl::Status AddUrl(std::string_view flag, std::string url, std::vector<std::string>& urls) {
  if (std::find(urls.begin(), urls.end(), url) != urls.end()) {
    return Bad(flag, absl::StrFormat("%s is named twice", url));
  }
  urls.push_back(std::move(url));
  return absl::OkStatus();
}

// --- target -----------------------------------------------------------------------------------

absl::Status TakeUrls(const RunFlags& flags, const std::string& default_url, RunSpec& spec) {
  std::vector<std::string> urls = flags.urls;
  if (urls.empty() && spec.target_urls.empty()) {
    urls.push_back(default_url.empty() ? "http://localhost:8000" : default_url);
  }
  if (!urls.empty()) spec.target_urls.clear();
  for (const std::string& text : urls) {
    const auto url = ParseTargetUrl(text);
    if (!url.ok()) return Bad("--url", std::string(url.status().message()));
    if (auto added = AddUrl("--url", url->ToString(), spec.target_urls); !added.ok()) return added;
  }
  if (flags.url_policy) {
    constexpr std::array kPolicies = {UrlPolicy::kRoundRobin, UrlPolicy::kLeastInFlight};
    const auto policy = ByName("--url-policy", *flags.url_policy, kPolicies, UrlPolicyName);
    if (!policy.ok()) return policy.status();
    spec.url_policy = *policy;
  }
  return absl::OkStatus();
}

// A value that should not be in a file that people share.
bool LooksSecret(std::string_view header_name) {
  const std::string name = absl::AsciiStrToLower(std::string(header_name));
  for (const char* word : {"auth", "key", "token", "secret", "cookie", "password"}) {
    if (absl::StrContains(name, word)) return true;
  }
  return false;
}

absl::Status TakeHeaders(const RunFlags& flags, RunSettings& settings) {
  if (!flags.headers.empty()) settings.spec.request.headers.clear();
  for (const std::string& header : flags.headers) {
    const size_t colon = header.find(':');
    if (colon == std::string::npos) {
      return Bad("--header", absl::StrFormat("need NAME:VALUE, got \"%s\"", header));
    }
    std::string name(absl::StripAsciiWhitespace(header.substr(0, colon)));
    std::string value(absl::StripAsciiWhitespace(header.substr(colon + 1)));
    if (!IsHeaderName(name) || !IsHeaderValue(value)) {
      return Bad("--header", absl::StrFormat("\"%s\" is no valid header", header));
    }
    const std::string lower = absl::AsciiStrToLower(name);
    for (const char* ours : {"host", "content-length", "transfer-encoding", "connection"}) {
      if (lower == ours) return Bad("--header", absl::StrFormat("%s is set by specctl", name));
    }
    auto& out = LooksSecret(name) ? settings.secrets.headers : settings.spec.request.headers;
    out.emplace_back(std::move(name), std::move(value));
  }
  return absl::OkStatus();
}

absl::Status TakeApiKey(const RunFlags& flags, const Surroundings& surroundings, Secrets& secrets) {
  if (!flags.api_key_env) return absl::OkStatus();
  const auto value = surroundings.environment(*flags.api_key_env);
  if (!value || value->empty()) {
    return Bad("--api-key-env",
               absl::StrFormat("the environment variable %s is not set", *flags.api_key_env));
  }
  if (!IsHeaderValue(*value)) {
    return Bad("--api-key-env", absl::StrFormat("%s holds a line break", *flags.api_key_env));
  }
  secrets.api_key = *value;
  return absl::OkStatus();
}

// --- request ----------------------------------------------------------------------------------

// A "k:v" is a field k whose value is JSON where v is, else a string.
absl::Status MergeExtra(const std::string& text, boost::json::object& fields) {
  boost::json::error_code error;
  if (absl::StartsWith(text, "{")) {
    const auto parsed = boost::json::parse(text, error);
    if (error || !parsed.is_object()) {
      return Bad("--extra-inputs", absl::StrFormat("no JSON object: %s", text));
    }
    for (const auto& [key, value] : parsed.as_object()) fields[key] = value;
    return absl::OkStatus();
  }
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return Bad("--extra-inputs", absl::StrFormat("need k:v or a JSON object, got \"%s\"", text));
  }
  const std::string value = text.substr(colon + 1);
  const auto parsed = boost::json::parse(value, error);
  fields[text.substr(0, colon)] = error ? boost::json::value(value) : parsed;
  return absl::OkStatus();
}

absl::Status TakeRequest(const RunFlags& flags, RunSettings& settings) {
  RequestSpec& request = settings.spec.request;
  if (flags.endpoint) {
    constexpr std::array kEndpoints = {Endpoint::kChat, Endpoint::kCompletions};
    const auto endpoint = ByName("--endpoint", *flags.endpoint, kEndpoints, EndpointName);
    if (!endpoint.ok()) return endpoint.status();
    request.endpoint = *endpoint;
  }
  if (flags.osl) settings.osl_tokens = static_cast<uint32_t>(*flags.osl);
  if (flags.temperature) {
    settings.temperature_given = true;
    request.temperature.reset();
    if (*flags.temperature != "server") {
      const auto number = ParseNumber(*flags.temperature);
      if (!number.ok() || *number < 0) {
        return Bad("--temperature", absl::StrFormat("need a number from 0 or `server`, got \"%s\"",
                                                    *flags.temperature));
      }
      request.temperature = *number;
    }
  }
  if (flags.model) request.model = *flags.model;
  if (flags.ignore_eos) request.ignore_eos = *flags.ignore_eos;
  if (flags.extra_inputs.empty()) return absl::OkStatus();
  boost::json::object fields;
  for (const std::string& text : flags.extra_inputs) {
    if (const absl::Status merged = MergeExtra(text, fields); !merged.ok()) return merged;
  }
  request.extra_inputs_json = boost::json::serialize(fields);
  return absl::OkStatus();
}

absl::Status TakeTimeouts(const RunFlags& flags, RunSettings& settings) {
  TimeoutSpec& timeouts = settings.spec.timeouts;
  const std::array<absl::Status, 5> taken = {
      TakeTimeout("--timeout", flags.timeout, timeouts.request),
      TakeTimeout("--connect-timeout", flags.connect_timeout, timeouts.connect),
      TakeTimeout("--idle-timeout", flags.idle_timeout, timeouts.idle),
      TakeTimeout("--agent-timeout", flags.agent_timeout, settings.spec.agent_timeout),
      TakeDuration("--wait-ready", flags.wait_ready, settings.wait_ready)};
  for (const absl::Status& status : taken) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// --- prompts and the rest ---------------------------------------------------------------------

absl::Status TakeDataset(const RunFlags& flags, const std::optional<RunSpec>& like,
                         DatasetRequest& request) {
  const int named =
      (flags.dataset ? 1 : 0) + (flags.public_dataset ? 1 : 0) + (flags.input_file ? 1 : 0);
  if (named > 1) return Bad("--dataset", "excludes --public-dataset and --input-file: give one");
  if (flags.custom_dataset_type && !flags.input_file) {
    return Bad("--custom-dataset-type", "needs --input-file");
  }
  request.dataset = flags.dataset.value_or(flags.public_dataset.value_or(""));
  std::string form = flags.dataset_format.value_or("");
  if (named == 0 && like) {
    request.dataset = like->dataset.path.empty() ? like->dataset.name : like->dataset.path;
    if (form.empty() && !like->dataset.builtin) form = like->dataset.format;
  }
  if (flags.input_file) {
    const std::string type = flags.custom_dataset_type.value_or("");
    const bool is_name = ParseDatasetName(type).has_value();
    request.dataset = is_name ? type : *flags.input_file;
    if (is_name) request.file = *flags.input_file;
    if (!is_name && !type.empty()) form = type;
  }
  const auto parsed = ParseRowForm(form);
  if (!parsed.ok()) {
    const bool by_type = flags.custom_dataset_type && form == *flags.custom_dataset_type;
    return Bad(by_type ? "--custom-dataset-type" : "--dataset-format",
               std::string(parsed.status().message()));
  }
  request.form = *parsed;
  request.search_dirs = DatasetSearchDirs(flags.dataset_dir.value_or(""));
  return absl::OkStatus();
}

absl::Status TakeTags(const RunFlags& flags, RunSpec& spec) {
  if (!flags.tags.empty()) spec.tags.clear();
  for (const std::string& tag : flags.tags) {
    const size_t equals = tag.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Bad("--tag", absl::StrFormat("need k=v, got \"%s\"", tag));
    }
    spec.tags.emplace_back(tag.substr(0, equals), tag.substr(equals + 1));
  }
  return absl::OkStatus();
}

absl::Status TakeRest(const RunFlags& flags, RunSettings& settings) {
  RunSpec& spec = settings.spec;
  if (flags.dry_run && flags.format == "json") {
    return Bad("--dry-run", "excludes --format json: what it prints is a text");
  }
  if (flags.gpus) spec.gpus = static_cast<uint32_t>(*flags.gpus);
  if (flags.no_server_metrics && !flags.server_metrics.empty()) {
    return Bad("--server-metrics", "excludes --no-server-metrics");
  }
  if (flags.no_server_metrics) spec.server_metrics = false;
  for (const std::string& url : flags.server_metrics) {
    const auto parsed = ParseUrl(url);
    if (!parsed.ok()) return Bad("--server-metrics", std::string(parsed.status().message()));
    spec.server_metrics = true;
    auto added = AddUrl("--server-metrics", parsed->ToString(), settings.named_metrics_urls);
    if (!added.ok()) return added;
  }
  if (!flags.metrics_headers.empty() && settings.named_metrics_urls.empty()) {
    return Bad(
        "--metrics-header",
        "is for what --server-metrics names; a target's own metrics get its --header values");
  }
  auto metrics_headers = ParseMetricsHeaders(flags.metrics_headers);
  if (!metrics_headers.ok()) return metrics_headers.status();
  settings.metrics_headers = *std::move(metrics_headers);
  if (flags.save_text) spec.save_text = *flags.save_text;
  if (flags.receive_stamps) spec.user_stamps = *flags.receive_stamps == "user";
  if (flags.ca_file) spec.tls.ca_file = *flags.ca_file;
  if (flags.insecure) spec.tls.insecure = *flags.insecure;
  return TakeTags(flags, spec);
}

}  // namespace

absl::StatusOr<RunSettings> MakeSettings(const RunFlags& flags, const Surroundings& surroundings) {
  RunSettings settings;
  settings.notes = flags.notes;
  if (surroundings.like) {
    settings.spec = *surroundings.like;
    settings.osl_tokens = settings.spec.request.osl_tokens;
    settings.temperature_given = true;
  } else {
    settings.spec.load.agents = 0;
  }
  settings.spec.run_id = surroundings.run_id;
  settings.spec.specctl_version = surroundings.version;
  const std::array<absl::Status, 8> taken = {
      TakeLoad(flags, surroundings.cores, settings.spec.load),
      TakeUrls(flags, surroundings.default_url, settings.spec),
      TakeHeaders(flags, settings),
      TakeApiKey(flags, surroundings, settings.secrets),
      TakeRequest(flags, settings),
      TakeTimeouts(flags, settings),
      TakeDataset(flags, surroundings.like, settings.dataset),
      TakeRest(flags, settings)};
  for (const absl::Status& status : taken) {
    if (!status.ok()) return status;
  }
  return settings;
}

void SettleByDataset(const Dataset& dataset, RunSettings& settings) {
  constexpr uint32_t kSpeedBenchOsl = 4096;
  constexpr uint32_t kOtherOsl = 1024;
  const bool speed_bench = dataset.family == DatasetFamily::kSpeedBench;
  RequestSpec& request = settings.spec.request;
  request.osl_tokens = settings.osl_tokens.value_or(speed_bench ? kSpeedBenchOsl : kOtherOsl);
  if (!settings.temperature_given && dataset.family != DatasetFamily::kFile) {
    request.temperature = 0;
  }
  settings.spec.dataset = dataset.identity;
}

}  // namespace specctl::cli
