#include "common/planning/autoscaling_forms.h"

#include <algorithm>
#include <cmath>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

// What an engine's gauges of requests are called.
struct LoadGauges {
  std::string_view running, waiting;
};

std::optional<LoadGauges> GaugesOf(const std::string& engine) {
  if (engine.starts_with("vllm")) {
    return LoadGauges{"vllm:num_requests_running", "vllm:num_requests_waiting"};
  }
  if (engine.starts_with("sglang")) {
    return LoadGauges{"sglang:num_running_reqs", "sglang:num_queue_reqs"};
  }
  return std::nullopt;
}

// Requests in flight of one server at the answer's point; of a rate by Little's law.
std::optional<uint64_t> InFlight(const PooledPoint& point, uint32_t urls) {
  if (point.key.load.kind == LoadKind::kConcurrency) {
    return static_cast<uint64_t>(std::max(1.0, point.key.load.level / urls));
  }
  const Measured* const latency = point.Find("request_latency_ms", "mean");
  if (latency == nullptr) return std::nullopt;
  return static_cast<uint64_t>(std::max(1.0, point.key.load.level * latency->value / 1000 / urls));
}

// A name that Kubernetes takes.
std::string ObjectName(const std::string& text) {
  std::string name = absl::AsciiStrToLower(FilePart(text));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '_' || c == '.'; }, '-');
  constexpr size_t kNameMax = 50;
  name = name.substr(0, kNameMax);
  const size_t first = name.find_first_not_of('-');
  if (first == std::string::npos) return "server";
  return name.substr(first, name.find_last_not_of('-') - first + 1);
}

std::string Quoted(const std::string& text) {
  std::string out;
  AppendJsonString(text, out);  // which is YAML, too
  return out;
}

// A label's value within a PromQL text.
std::string PromLabel(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string WhatOf(const SloAnswer& answer, std::string_view what) {
  return absl::StrFormat("%s, from %s", what, PointText(answer.point->key));
}

// Behind the saturation point at most; the bursty number, where it is known.
uint64_t MostReplicas(const ScaledDeployment& deployment) {
  const uint64_t planned = deployment.replicas->replicas;
  return (std::max(planned, deployment.replicas_bursty.value_or(planned)) + 1) * deployment.urls;
}

// The threshold below which WVA sees spare: what lies between the point and the one below it.
double KvSpare(const SloAnswer& answer, double threshold) {
  const auto& judged = answer.judged;
  double below = 0;
  for (size_t i = 1; i < judged.size(); ++i) {
    if (judged[i].point != answer.point) continue;
    const Measured* const kv = judged[i - 1].point->Find("servers_kv_cache_share", "mean");
    if (kv != nullptr) below = kv->value;
  }
  const double spare = below > 0 ? threshold - below : threshold / 10;
  return std::clamp(spare, 0.01, threshold / 2);
}

}  // namespace

std::optional<DeploymentForm> KedaForm(const SloAnswer& answer,
                                       const ScaledDeployment& deployment) {
  const std::optional<LoadGauges> gauges = GaugesOf(deployment.engine);
  const std::optional<uint64_t> in_flight = InFlight(*answer.point, deployment.urls);
  if (!gauges || !in_flight) return std::nullopt;
  const std::string& target = answer.point->key.target;
  const std::string name = ObjectName(target);
  DeploymentForm form{
      .key = "keda_scaled_object",
      .file = absl::StrFormat("keda-%s-%s.yaml", FilePart(target),
                              FilePart(PlaceText(answer.curve->key))),
      .what = WhatOf(answer, "KEDA ScaledObject"),
      .source =
          "KEDA 2.18, ScaledObject v1alpha1 with the prometheus scaler; metrics as in vLLM "
          "production-stack docs, use_cases/autoscaling-keda",
      .content = {},
      .notes = {"set scaleTargetRef.name and serverAddress to those of the cluster",
                "the threshold is requests in flight of one server: KEDA divides their sum by it"},
      .runs = answer.point->runs};
  if (!deployment.replicas) {
    form.notes.push_back("without --demand the number of replicas is left to you");
  }
  std::string selector;
  if (deployment.model.empty()) {
    form.notes.push_back("the model is unknown: the query counts the requests of all models");
  } else {
    selector = absl::StrFormat("{model_name=\"%s\"}", PromLabel(deployment.model));
  }
  const std::string query = absl::StrFormat("sum(%s%s) + sum(%s%s)", gauges->running, selector,
                                            gauges->waiting, selector);
  form.content = CommentsOf(form);
  form.content += absl::StrFormat(
      "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata:\n  name: %s\nspec:\n"
      "  scaleTargetRef:\n    name: %s\n  minReplicaCount: %d\n",
      name, name, (deployment.replicas ? deployment.replicas->replicas : 1) * deployment.urls);
  if (deployment.replicas) {
    form.content += absl::StrFormat("  maxReplicaCount: %d\n", MostReplicas(deployment));
  }
  form.content += absl::StrFormat(
      "  triggers:\n    - type: prometheus\n      metadata:\n"
      "        serverAddress: http://prometheus-operated.monitoring.svc:9090\n"
      "        query: %s\n        threshold: \"%d\"\n",
      Quoted(query), *in_flight);
  return form;
}

std::vector<DeploymentForm> LlmdForms(const SloAnswer& answer, const ScaledDeployment& deployment) {
  const Measured *kv = answer.point->Find("servers_kv_cache_share", "mean"),
                 *waiting = answer.point->Find("servers_waiting", "mean");
  if (kv == nullptr || !(kv->value > 0.02)) return {};
  const double threshold = std::min(0.99, std::round(kv->value * 100) / 100);
  // A replica within its limits has that many waiting: only more is saturation.
  const double each_waiting =
      waiting == nullptr ? 0 : std::max(0.0, waiting->value / deployment.urls);
  const auto queue = static_cast<uint64_t>(std::floor(each_waiting) + 1);
  const std::string place = absl::StrFormat("%s-%s", FilePart(answer.point->key.target),
                                            FilePart(PlaceText(answer.curve->key)));
  DeploymentForm scaler{
      .key = "llmd_autoscaler",
      .file = absl::StrFormat("llmd-autoscaler-%s.yaml", place),
      .what = WhatOf(answer, "llm-d's workload variant autoscaler: what a saturated replica is"),
      .source =
          "llm-d-workload-variant-autoscaler 0.7 to 0.9, docs/saturation-scaling-config.md "
          "and deploy/configmap-saturation-scaling.yaml",
      .content = {},
      .notes =
          {"an entry of the ConfigMap; set its namespace to the model's",
           "the endpoint picker must have the same kvCacheUtilThreshold and "
           "queueDepthThreshold",
           "llm-d has deprecated this autoscaler (0.9.0 is its last): new deployments scale by "
           "KEDA, e.g. by the ScaledObject of this plan"},
      .runs = answer.point->runs};
  scaler.content =
      CommentsOf(scaler) +
      absl::StrFormat(
          "apiVersion: v1\nkind: ConfigMap\nmetadata:\n"
          "  name: wva-saturation-scaling-config\n"
          "  namespace: workload-variant-autoscaler-system\ndata:\n  %s: |\n    model_id: %s\n"
          "    namespace: default\n    kvCacheThreshold: %.2f\n"
          "    queueLengthThreshold: %d\n    kvSpareTrigger: %.2f\n"
          "    queueSpareTrigger: 1\n",
          ObjectName(answer.point->key.target), Quoted(deployment.model), threshold, queue,
          KvSpare(answer, threshold));
  DeploymentForm picker{
      .key = "llmd_endpoint_picker",
      .file = absl::StrFormat("llmd-endpoint-picker-%s.yaml", place),
      .what = WhatOf(answer, "the endpoint picker's saturation detector"),
      .source =
          "gateway-api-inference-extension, EndpointPickerConfig v1alpha1: "
          "saturationDetector",
      .content = {},
      .notes = {"a part of the EndpointPickerConfig, which is read at the picker's start"},
      .runs = answer.point->runs};
  picker.content = CommentsOf(picker) + absl::StrFormat(
                                            "saturationDetector:\n  queueDepthThreshold: %d\n"
                                            "  kvCacheUtilThreshold: %.2f\n",
                                            queue, threshold);
  return {std::move(scaler), std::move(picker)};
}

}  // namespace specctl
