#include "common/forms/speculation_profile.h"

#include <cmath>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/ascii.h>

#include "common/base/json_writer.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

// Beyond it vectors and mean are not of one measurement.
constexpr double kConsistent = 0.01;

// Whether acceptance at one K tells that at a smaller one: a chain of tokens drafted one by one.
bool IsChain(const std::string& method) {
  const std::string lower = absl::AsciiStrToLower(method);
  return lower.starts_with("eagle") || lower == "draft_model" || lower == "draft_target";
}

void WriteText(std::string_view key, const std::string& text, JsonWriter& json) {
  json.Key(key);
  if (text.empty()) {
    json.Null();
  } else {
    json.Value(text);
  }
}

void WriteCheckpoint(std::string_view key, const std::string& id, JsonWriter& json) {
  json.Key(key);
  if (id.empty()) {
    json.Null();
    return;
  }
  json.BeginObject();
  json.Field("id", id);
  json.EndObject();
}

void WriteVector(std::string_view key, const std::vector<double>& values, JsonWriter& json) {
  if (!values.empty()) {
    json.ArrayField(key, values);
    return;
  }
  json.Key(key);
  json.Null();
}

// Drafts by their length with the bonus token: what lies between two marginals.
void WriteHistogram(const MeasuredDrafts& drafts, JsonWriter& json) {
  json.Key("acceptance_length_histogram");
  if (drafts.marginal.empty()) {
    json.Null();
    return;
  }
  json.BeginObject();
  double at_least = 1;
  for (size_t i = 0; i <= drafts.marginal.size(); ++i) {
    const double longer = i < drafts.marginal.size() ? drafts.marginal[i] : 0;
    const double share = at_least - longer;
    json.Field(std::to_string(i + 1), std::llround(share * static_cast<double>(drafts.drafts)));
    at_least = longer;
  }
  json.EndObject();
}

void WriteCategories(const Results& results, JsonWriter& json) {
  // Drafts, and tokens of drafts and bonus, by category over all targets.
  std::map<std::string, std::pair<double, double>> categories;
  for (const CrossCell& cell : results.cells) {
    const bool told = cell.by == Dimension::kCategory && cell.acceptance &&
                      cell.acceptance->per_draft && cell.acceptance->drafts;
    if (!told) continue;
    const auto drafts = static_cast<double>(*cell.acceptance->drafts);
    auto& [all, tokens] = categories[cell.key];
    all += drafts;
    tokens += drafts * cell.acceptance->per_draft->value;
  }
  json.Key("per_category");
  json.BeginObject();
  for (const auto& [category, sums] : categories) {
    if (sums.first <= 0) continue;
    json.Key(category);
    json.BeginObject();
    json.Field("mean_accept_length", sums.second / sums.first);
    json.Field("num_drafts", std::llround(sums.first));
    json.EndObject();
  }
  json.EndObject();
}

void WriteConditions(const Results& results, const MeasuredDrafts& drafts, JsonWriter& json) {
  const RunSpec& spec = results.spec;
  json.Key("measurement_conditions");
  json.BeginObject();
  json.Field("tool", "specctl " + spec.specctl_version);
  json.Field("run_id", spec.run_id);
  WriteText("engine", drafts.engine, json);
  json.Field("dataset", DatasetLabel(spec.dataset));
  json.TextField("dataset_sha256", spec.dataset.sha256);
  json.Field("osl", spec.request.osl_tokens);
  json.Field("temperature", spec.request.temperature);
  json.TextField("extra_inputs", spec.request.extra_inputs_json);
  json.Field("num_samples", results.conservation.ok);
  json.Field("num_drafts", drafts.drafts);
  json.Field("source", drafts.source);
  json.EndObject();
}

void WriteValidation(const MeasuredDrafts& drafts, JsonWriter& json) {
  if (drafts.marginal.empty()) return;
  double implied = 1;
  bool falls = true;
  double before = 1;
  for (const double rate : drafts.marginal) {
    implied += rate;
    falls = falls && rate <= before;
    before = rate;
  }
  json.Key("validation");
  json.BeginObject();
  json.Key("mean_consistency");
  json.BeginObject();
  json.Field("passed", std::abs(implied - drafts.length) <= kConsistent * drafts.length);
  json.Field("implied_mean_accept_length", implied);
  json.Field("reported_mean_accept_length", drafts.length);
  json.EndObject();
  json.Key("marginal_monotonicity");
  json.BeginObject();
  json.Field("passed", falls);
  json.EndObject();
  json.EndObject();
}

}  // namespace

std::string SpeculationProfile(const Results& results, const MeasuredDrafts& drafts) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", std::string_view(kSpeculationProfileVersion));
  json.Field("measured", true);
  WriteText("method", drafts.method, json);
  WriteCheckpoint("draft_checkpoint", drafts.drafter, json);
  WriteCheckpoint("target_model", drafts.model, json);
  json.Field("num_speculative_tokens", drafts.draft_length);
  // No more than was measured.
  json.Field("max_supported_k", drafts.draft_length);
  json.Key("verification_method");
  json.Null();
  WriteVector("conditional_accept_rates", ConditionalOf(drafts.marginal), json);
  WriteVector("marginal_accept_rates", drafts.marginal, json);
  if (drafts.marginal.empty()) {
    json.Field("vectors_unavailable_reason", "acceptance by position was not told");
  }
  json.Field("mean_accept_length", drafts.length);
  json.Field("accept_length_model", IsChain(drafts.method) ? "chain_analytic" : "measured_per_k");
  json.Key("accept_length_by_k");
  json.BeginObject();
  json.Field(std::to_string(drafts.draft_length), drafts.length);
  json.EndObject();
  WriteHistogram(drafts, json);
  WriteCategories(results, json);
  WriteConditions(results, drafts, json);
  WriteValidation(drafts, json);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
