#include "tools/specctl/run_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/dataset/dataset_again.h"
#include "common/dataset/dataset_locator.h"
#include "common/net/url.h"
#include "common/report/result_names.h"
#include "tools/specctl/extra_inputs.h"
#include "tools/specctl/flag_values.h"
#include "tools/specctl/header_flags.h"
#include "tools/specctl/target_request.h"

namespace specctl::cli {
namespace {

using controller::MeasureRequest;

// --- load -------------------------------------------------------------------------------------

void TakeConcurrency(const RunFlags& flags, MeasureRequest& request) {
  if (flags.bs) request.spec.load.bs = static_cast<uint32_t>(*flags.bs);
  if (flags.bs || flags.agents) request.agents.reset();  // of --like
  if (flags.agents) request.agents = static_cast<uint32_t>(*flags.agents);
}

absl::Status TakeLimits(const RunFlags& flags, LoadSpec& load) {
  if (flags.requests && flags.conversations) {
    return BadFlag("--requests", "excludes --conversations: give one of them");
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

absl::Status TakeLoad(const RunFlags& flags, MeasureRequest& request) {
  TakeConcurrency(flags, request);
  LoadSpec& load = request.spec.load;
  if (auto taken = TakeLimits(flags, load); !taken.ok()) return taken;
  if (auto taken = TakeDuration("--ramp", flags.ramp, load.ramp); !taken.ok()) return taken;
  if (auto taken = TakeDuration("--warmup", flags.warmup, load.warmup); !taken.ok()) return taken;
  if (auto taken = TakeDuration("--grace", flags.grace, load.grace); !taken.ok()) return taken;
  if (flags.max_failed) {
    const auto share = ParseShare("--max-failed", *flags.max_failed);
    if (!share.ok()) return share.status();
    load.failed_share_max = *share;
  }
  if (flags.seed) load.seed = *flags.seed;
  return absl::OkStatus();
}

// --- request ----------------------------------------------------------------------------------

absl::Status TakeRequest(const RunFlags& flags, MeasureRequest& request) {
  RequestSpec& asked = request.spec.request;
  if (flags.endpoint) {
    constexpr std::array kEndpoints = {Endpoint::kChat, Endpoint::kCompletions};
    const auto endpoint = OneOfTwo("--endpoint", *flags.endpoint, kEndpoints, EndpointName);
    if (!endpoint.ok()) return endpoint.status();
    asked.endpoint = *endpoint;
  }
  if (flags.osl) request.osl_tokens = static_cast<uint32_t>(*flags.osl);
  if (flags.temperature) {
    request.temperature_given = true;
    asked.temperature.reset();
    if (*flags.temperature != "server") {
      const auto number = ParseNumber(*flags.temperature);
      if (!number.ok() || *number < 0) {
        return BadFlag(
            "--temperature",
            absl::StrFormat("need a number from 0 or `server`, got \"%s\"", *flags.temperature));
      }
      asked.temperature = *number;
    }
  }
  if (flags.ignore_eos) asked.ignore_eos = *flags.ignore_eos;
  return absl::OkStatus();
}

absl::Status TakeTimeouts(const RunFlags& flags, MeasureRequest& request) {
  TimeoutSpec& timeouts = request.spec.timeouts;
  const std::array<absl::Status, 5> taken = {
      TakeTimeout("--timeout", flags.timeout, timeouts.request),
      TakeTimeout("--connect-timeout", flags.connect_timeout, timeouts.connect),
      TakeTimeout("--idle-timeout", flags.idle_timeout, timeouts.idle),
      TakeTimeout("--agent-timeout", flags.agent_timeout, request.spec.agent_timeout),
      TakeDuration("--wait-ready", flags.wait_ready, request.wait_ready)};
  for (const absl::Status& status : taken) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// --- prompts and the rest ---------------------------------------------------------------------

absl::Status TakePrompts(const RunFlags& flags, const std::optional<RunSpec>& like,
                         MeasureRequest& asked) {
  const int named =
      (flags.dataset ? 1 : 0) + (flags.public_dataset ? 1 : 0) + (flags.input_file ? 1 : 0);
  if (named > 1)
    return BadFlag("--dataset", "excludes --public-dataset and --input-file: give one");
  if (flags.custom_dataset_type && !flags.input_file) {
    return BadFlag("--custom-dataset-type", "needs --input-file");
  }
  DatasetRequest request;
  request.dataset = flags.dataset.value_or(flags.public_dataset.value_or(""));
  std::string form = flags.dataset_format.value_or("");
  request.search_dirs = DatasetSearchDirs(flags.dataset_dir.value_or(""));
  if (named == 0 && like) {
    request = RequestOf(like->dataset, request.search_dirs);
    asked.prompts_before = like->dataset;
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
    return BadFlag(by_type ? "--custom-dataset-type" : "--dataset-format",
                   std::string(parsed.status().message()));
  }
  request.form = *parsed;
  asked.prompts = std::move(request);
  return absl::OkStatus();
}

absl::Status TakeTags(const RunFlags& flags, RunSpec& spec) {
  if (!flags.tags.empty()) spec.tags.clear();
  for (const std::string& tag : flags.tags) {
    const size_t equals = tag.find('=');
    if (equals == std::string::npos || equals == 0) {
      return BadFlag("--tag", absl::StrFormat("need k=v, got \"%s\"", tag));
    }
    spec.tags.emplace_back(tag.substr(0, equals), tag.substr(equals + 1));
  }
  return absl::OkStatus();
}

absl::Status TakeRest(const RunFlags& flags, MeasureRequest& request) {
  RunSpec& spec = request.spec;
  if (flags.dry_run && flags.format == "json") {
    return BadFlag("--dry-run", "excludes --format json: what it prints is a text");
  }
  if (flags.no_server_metrics && !flags.server_metrics.empty()) {
    return BadFlag("--server-metrics", "excludes --no-server-metrics");
  }
  if (flags.no_server_metrics) spec.server_metrics = false;
  const bool kept = spec.metrics_urls_named && spec.server_metrics && flags.server_metrics.empty();
  if (kept) request.named_metrics_urls = spec.metrics_urls;  // of --like
  for (const std::string& url : flags.server_metrics) {
    const auto parsed = ParseUrl(url);
    if (!parsed.ok()) return BadFlag("--server-metrics", std::string(parsed.status().message()));
    spec.server_metrics = true;
    auto& urls = request.named_metrics_urls;
    if (std::find(urls.begin(), urls.end(), parsed->ToString()) != urls.end()) {
      return BadFlag("--server-metrics", parsed->ToString() + " is named twice");
    }
    urls.push_back(parsed->ToString());
    request.secrets.metrics_authorizations.push_back(parsed->BasicAuthorization());
  }
  if (!flags.metrics_headers.empty() && request.named_metrics_urls.empty()) {
    return BadFlag(
        "--metrics-header",
        "is for what --server-metrics names; a target's own metrics get its --header values");
  }
  auto metrics_headers = ParseMetricsHeaders(flags.metrics_headers);
  if (!metrics_headers.ok()) return metrics_headers.status();
  request.metrics_headers = *std::move(metrics_headers);
  spec.metrics_urls_named = !request.named_metrics_urls.empty();
  if (flags.save_text) spec.save_text = *flags.save_text;
  if (flags.receive_stamps) spec.user_stamps = *flags.receive_stamps == "user";
  if (flags.ca_file) spec.tls.ca_file = *flags.ca_file;
  if (flags.insecure) spec.tls.insecure = *flags.insecure;
  return TakeTags(flags, spec);
}

}  // namespace

absl::StatusOr<MeasureRequest> MakeRequest(const RunFlags& flags,
                                           const Surroundings& surroundings) {
  MeasureRequest request;
  request.notes = flags.notes;
  if (surroundings.like) {
    request.spec = *surroundings.like;
    request.agents = request.spec.load.agents;
    request.osl_tokens = request.spec.request.osl_tokens;
    request.temperature_given = true;
  }
  request.spec.run_id = surroundings.run_id;
  request.spec.specctl_version = surroundings.version;
  const std::array<absl::Status, 9> taken = {TakeLoad(flags, request),
                                             TakeTargets(flags, surroundings.default_url, request),
                                             TakeCredentials(flags, surroundings, request),
                                             TakeModels(flags, request.spec),
                                             TakeRequest(flags, request),
                                             TakeExtraInputs(flags, request),
                                             TakeTimeouts(flags, request),
                                             TakePrompts(flags, surroundings.like, request),
                                             TakeRest(flags, request)};
  for (const absl::Status& status : taken) {
    if (!status.ok()) return status;
  }
  return request;
}

}  // namespace specctl::cli
