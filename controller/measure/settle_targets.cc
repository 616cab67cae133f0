#include "controller/measure/settle_targets.h"

#include <algorithm>
#include <map>
#include <string>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/engine/engine_profile.h"
#include "common/net/url.h"
#include "common/report/number_text.h"
#include "controller/measure/context_fit.h"

namespace specctl::controller {
namespace {

constexpr size_t kModelsShown = 8;

bool Serves(const TargetProbed& target, const std::string& model) {
  const auto& served = target.served_models;
  // A server that lists nothing may serve anything.
  return served.empty() || std::find(served.begin(), served.end(), model) != served.end();
}

std::string ModelsText(const std::vector<std::string>& models) {
  const size_t shown = std::min(models.size(), kModelsShown);
  std::string text =
      absl::StrJoin(models.begin(), models.begin() + static_cast<std::ptrdiff_t>(shown), ", ");
  if (shown < models.size()) text += absl::StrFormat(" and %d more", models.size() - shown);
  return text;
}

// Whether the user said what each target is to be asked for.
bool ModelsAreNamed(const RunSpec& spec) {
  if (!spec.request.model_mix.empty()) return false;
  return !spec.request.model.empty() ||
         std::all_of(spec.targets.begin(), spec.targets.end(),
                     [](const TargetSpec& target) { return !target.model.empty(); });
}

absl::Status CheckMix(std::span<const TargetProbed> targets, const RequestSpec& request) {
  for (const auto& [model, share] : request.model_mix) {
    for (const TargetProbed& target : targets) {
      if (Serves(target, model)) continue;
      return absl::InvalidArgumentError(
          absl::StrFormat("--model-mix: %s does not serve %s; it serves: %s", target.url, model,
                          ModelsText(target.served_models)));
    }
  }
  return absl::OkStatus();
}

// Its requests name no model: the server's own answers whatever is asked for.
absl::Status CheckGenerate(const RunSpec& spec, const Workload& workload) {
  if (spec.request.endpoint != Endpoint::kGenerate) return absl::OkStatus();
  constexpr std::string_view kNoModel =
      "requests to /generate name no model; use --endpoint completions or chat";
  if (!spec.request.model_mix.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat("--model-mix: %s", kNoModel));
  }
  for (const WorkloadItem& row : workload.items) {
    if (row.model.empty()) continue;
    return absl::InvalidArgumentError(absl::StrFormat("%s:%d: the row names the model %s, but %s",
                                                      spec.dataset.path, row.line, row.model,
                                                      kNoModel));
  }
  return absl::OkStatus();
}

// Rows of one model.
struct RowsOfModel {
  uint64_t count = 0;
  uint64_t first_line = 0;
};

// Rows whose own model some target does not serve.
absl::Status SettleRows(std::span<const TargetProbed> targets, bool named, MeasureRequest& request,
                        Workload& workload) {
  std::map<std::string, const TargetProbed*> judged;  // null: every target serves it
  std::map<std::string, RowsOfModel> left_out;
  for (size_t i = 0; i < workload.items.size(); ++i) {
    WorkloadItem& row = workload.items[i];
    if (row.model.empty()) continue;
    const auto [found, is_new] = judged.try_emplace(row.model, nullptr);
    if (is_new) {
      const auto without = std::find_if(targets.begin(), targets.end(), [&](const auto& target) {
        return !Serves(target, row.model);
      });
      if (without != targets.end()) found->second = &*without;
    }
    const TargetProbed* const without = found->second;
    if (without == nullptr) continue;
    RowsOfModel& rows = left_out[row.model];
    if (rows.count++ == 0 || row.line < rows.first_line) rows.first_line = row.line;
    // In the plan and in its record: figures are sliced by the model that was requested.
    row.model.clear();
    workload.rows[i].model.clear();
  }
  if (!named && !left_out.empty()) {
    const auto& [model, rows] = *std::min_element(
        left_out.begin(), left_out.end(),
        [](const auto& a, const auto& b) { return a.second.first_line < b.second.first_line; });
    return absl::InvalidArgumentError(
        absl::StrFormat("%s:%d: %s does not serve the row's model %s; it serves: %s (--model NAME "
                        "makes such rows use NAME)",
                        request.spec.dataset.path, rows.first_line, judged[model]->url, model,
                        ModelsText(judged[model]->served_models)));
  }
  for (const auto& [model, rows] : left_out) {
    request.notes.push_back(absl::StrFormat(
        "%s (the first in line %d) name the model %s, which %s does not serve; they use the model "
        "given by the flags",
        CountedText(rows.count, "row"), rows.first_line, model, judged[model]->url));
  }
  return absl::OkStatus();
}

void SettleModels(std::span<const TargetProbed> targets, MeasureRequest& request) {
  RunSpec& spec = request.spec;
  bool same = true;
  for (size_t i = 0; i < targets.size(); ++i) {
    const TargetProbed& target = targets[i];
    const bool chosen = spec.targets[i].model.empty() && spec.request.model.empty();
    if (chosen && target.served_models.size() > 1) {
      request.notes.push_back(absl::StrFormat(
          "%s serves %d models: %s; using %s (choose another with --model)", target.url,
          target.served_models.size(), ModelsText(target.served_models), target.model));
    }
    same = same && target.model == targets.front().model;
  }
  for (size_t i = 0; i < targets.size(); ++i) spec.targets[i].model = targets[i].model;
  // Where they differ, each target's own stands in its spec.
  spec.request.model = same ? targets.front().model : "";
}

absl::Status CheckContext(const TargetProbed& target, MeasureRequest& request,
                          const Workload& workload) {
  if (!target.max_model_len_tokens) return absl::OkStatus();
  const RequestSpec& asked = request.spec.request;
  // llama.cpp cuts the reply where the context ends; others refuse the request.
  const bool holds_output = ProfileNamed(target.engine).context_holds_max_tokens;
  const ContextFit fit = CountTooLong(workload, asked, *target.max_model_len_tokens, holds_output);
  const size_t rows = workload.items.size();
  if (fit.surely_too_long == rows) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--osl: no conversation fits the %d-token context of %s: the shortest has about %d tokens, "
        "and --osl asks for %d more; give a smaller --osl, or other prompts",
        *target.max_model_len_tokens, target.url, fit.shortest_tokens, asked.osl_tokens));
  }
  if (fit.too_long > 0) {
    request.notes.push_back(absl::StrFormat(
        "%d of %d conversations may not fit the %d-token context of %s with --osl %d; such "
        "requests fail and are counted separately",
        fit.too_long, rows, *target.max_model_len_tokens, target.url, asked.osl_tokens));
  }
  return absl::OkStatus();
}

absl::Status CheckIterationStats(std::span<const TargetProbed> targets, const RunSpec& spec) {
  if (!spec.trtllm_iteration_stats) return absl::OkStatus();
  const bool any = std::any_of(targets.begin(), targets.end(), [](const TargetProbed& target) {
    return !ProfileNamed(target.engine).iteration_stats_path.empty();
  });
  if (any) return absl::OkStatus();
  const EngineProfile& first = ProfileNamed(targets.front().engine);
  return absl::InvalidArgumentError(absl::StrFormat(
      "--trtllm-iteration-stats: need a TensorRT-LLM server, but %s is %s; leave the flag out",
      targets.front().url, std::string(first.display_name)));
}

// Empty: it has none.
std::string MetricsUrlOf(const TargetProbed& target, MeasureRequest& request) {
  const std::string_view iterations = ProfileNamed(target.engine).iteration_stats_path;
  if (!request.spec.trtllm_iteration_stats || iterations.empty()) return target.metrics_url;
  if (target.metrics_url.empty()) return target.url + std::string(iterations);
  // The server itself takes from them what these show.
  request.notes.push_back(
      absl::StrFormat("--trtllm-iteration-stats: not read from %s, whose metrics are at %s",
                      target.url, target.metrics_url));
  return target.metrics_url;
}

void SettleMetrics(std::span<const TargetProbed> targets, MeasureRequest& request) {
  RunSpec& spec = request.spec;
  spec.metrics_urls = request.named_metrics_urls;
  if (!spec.server_metrics || !spec.metrics_urls.empty()) return;
  for (const TargetProbed& target : targets) {
    const std::string url = MetricsUrlOf(target, request);
    const bool all_addresses = spec.resolve_all && !url.empty();
    // What is under load is what is read.
    spec.metrics_urls.push_back(std::string(all_addresses ? kAllAddressesPrefix : "") + url);
    if (!url.empty()) continue;
    request.notes.push_back(
        absl::StrFormat("no server metrics from %s: %s", target.url, target.metrics_note));
  }
}

}  // namespace

absl::Status SettleByTargets(std::span<const TargetProbed> targets, MeasureRequest& request,
                             Workload& workload) {
  if (auto checked = CheckGenerate(request.spec, workload); !checked.ok()) return checked;
  const bool named = ModelsAreNamed(request.spec);
  if (auto checked = CheckMix(targets, request.spec.request); !checked.ok()) return checked;
  if (auto settled = SettleRows(targets, named, request, workload); !settled.ok()) return settled;
  SettleModels(targets, request);
  if (auto fits = CheckIterationStats(targets, request.spec); !fits.ok()) return fits;
  SettleMetrics(targets, request);
  for (const TargetProbed& target : targets) {
    if (auto fits = CheckContext(target, request, workload); !fits.ok()) return fits;
    if (target.stream_options) continue;
    request.notes.push_back(absl::StrFormat(
        "%s rejects stream_options: it is measured without them, and its tokens are %s", target.url,
        target.token_source == TokenSource::kNone ? "unknown"
                                                  : "counted from what it sends anyway"));
  }
  return absl::OkStatus();
}

}  // namespace specctl::controller
