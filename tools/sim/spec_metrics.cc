#include "tools/sim/spec_metrics.h"

#include <numeric>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::string SpecMetricsJson(const DraftedSteps& steps, uint32_t draft_length,
                            SpecMetricsDetail detail) {
  if (detail == SpecMetricsDetail::kNone || draft_length == 0) return "";
  const uint64_t drafted = std::accumulate(steps.drafted.begin(), steps.drafted.end(), uint64_t{0});
  const uint64_t accepted =
      std::accumulate(steps.accepted.begin(), steps.accepted.end(), uint64_t{0});
  std::vector<uint32_t> histogram(draft_length + 1);
  for (const uint32_t length : steps.accepted) ++histogram[length];
  JsonWriter json;
  json.BeginObject();
  json.Key("speculative_decoding");
  json.BeginObject();
  json.Key("mean_acceptance_length");
  // vLLM writes floats as Python does: 2.0, not 2.
  json.RawValue(PythonFloat(1 + Share(accepted, steps.accepted.size())));
  json.Key("draft_acceptance_rate");
  json.RawValue(PythonFloat(Share(accepted, drafted)));
  json.ArrayField("acceptance_histogram", histogram);
  json.Field("num_spec_steps", steps.accepted.size());
  json.Field("num_accepted_draft_tokens", accepted);
  json.Field("num_draft_tokens", drafted);
  json.Field("num_spec_tokens", draft_length);
  if (detail == SpecMetricsDetail::kDetailed && !steps.accepted.empty()) {
    json.ArrayField("per_step_accepted", steps.accepted);
    json.ArrayField("per_step_drafted", steps.drafted);
  }
  json.EndObject();
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl::sim
