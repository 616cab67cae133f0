#include "tools/specctl/run_settings.h"

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
#include "tools/specctl/metrics_targets.h"
#include "tools/specctl/target_settings.h"

namespace specctl::cli {
namespace {

constexpr uint32_t kStreamsPerAgent = 256;

// --- load -------------------------------------------------------------------------------------

absl::Status TakeConcurrency(const RunFlags& flags, uint32_t cores, LoadSpec& load) {
  if (flags.bs) load.bs = static_cast<uint32_t>(*flags.bs);
  if (flags.agents) {
    if (*flags.agents > load.bs) {
      return BadFlag("--bs",
                     absl::StrFormat("need at least one slot an agent (--agents %d), got %d",
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

absl::Status TakeLoad(const RunFlags& flags, uint32_t cores, LoadSpec& load) {
  if (auto taken = TakeConcurrency(flags, cores, load); !taken.ok()) return taken;
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

absl::Status TakeRequest(const RunFlags& flags, RunSettings& settings) {
  RequestSpec& request = settings.spec.request;
  if (flags.endpoint) {
    constexpr std::array kEndpoints = {Endpoint::kChat, Endpoint::kCompletions};
    const auto endpoint = OneOfTwo("--endpoint", *flags.endpoint, kEndpoints, EndpointName);
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
        return BadFlag(
            "--temperature",
            absl::StrFormat("need a number from 0 or `server`, got \"%s\"", *flags.temperature));
      }
      request.temperature = *number;
    }
  }
  if (flags.ignore_eos) request.ignore_eos = *flags.ignore_eos;
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
  if (named > 1)
    return BadFlag("--dataset", "excludes --public-dataset and --input-file: give one");
  if (flags.custom_dataset_type && !flags.input_file) {
    return BadFlag("--custom-dataset-type", "needs --input-file");
  }
  request.dataset = flags.dataset.value_or(flags.public_dataset.value_or(""));
  std::string form = flags.dataset_format.value_or("");
  request.search_dirs = DatasetSearchDirs(flags.dataset_dir.value_or(""));
  if (named == 0 && like) {
    request = RequestOf(like->dataset, request.search_dirs);
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

absl::Status TakeRest(const RunFlags& flags, RunSettings& settings) {
  RunSpec& spec = settings.spec;
  if (flags.dry_run && flags.format == "json") {
    return BadFlag("--dry-run", "excludes --format json: what it prints is a text");
  }
  if (flags.no_server_metrics && !flags.server_metrics.empty()) {
    return BadFlag("--server-metrics", "excludes --no-server-metrics");
  }
  if (flags.no_server_metrics) spec.server_metrics = false;
  const bool kept = spec.metrics_urls_named && spec.server_metrics && flags.server_metrics.empty();
  if (kept) settings.named_metrics_urls = spec.metrics_urls;  // of --like
  for (const std::string& url : flags.server_metrics) {
    const auto parsed = ParseUrl(url);
    if (!parsed.ok()) return BadFlag("--server-metrics", std::string(parsed.status().message()));
    spec.server_metrics = true;
    auto& urls = settings.named_metrics_urls;
    if (std::find(urls.begin(), urls.end(), parsed->ToString()) != urls.end()) {
      return BadFlag("--server-metrics", parsed->ToString() + " is named twice");
    }
    urls.push_back(parsed->ToString());
    settings.secrets.metrics_authorizations.push_back(parsed->BasicAuthorization());
  }
  if (!flags.metrics_headers.empty() && settings.named_metrics_urls.empty()) {
    return BadFlag(
        "--metrics-header",
        "is for what --server-metrics names; a target's own metrics get its --header values");
  }
  auto metrics_headers = ParseMetricsHeaders(flags.metrics_headers);
  if (!metrics_headers.ok()) return metrics_headers.status();
  settings.metrics_headers = *std::move(metrics_headers);
  spec.metrics_urls_named = !settings.named_metrics_urls.empty();
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
  const std::array<absl::Status, 9> taken = {
      TakeLoad(flags, surroundings.cores, settings.spec.load),
      TakeTargets(flags, surroundings.default_url, settings),
      TakeCredentials(flags, surroundings, settings),
      TakeModels(flags, settings.spec),
      TakeRequest(flags, settings),
      TakeExtraInputs(flags, settings),
      TakeTimeouts(flags, settings),
      TakeDataset(flags, surroundings.like, settings.dataset),
      TakeRest(flags, settings)};
  for (const absl::Status& status : taken) {
    if (!status.ok()) return status;
  }
  return settings;
}

absl::Status CheckDatasetOfLike(const RunFlags& flags, const std::optional<RunSpec>& like,
                                const Dataset& dataset) {
  const bool named = flags.dataset || flags.public_dataset || flags.input_file;
  if (!like || named) return absl::OkStatus();
  return CheckSame(like->dataset, dataset.identity);
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
