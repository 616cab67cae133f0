#include "common/engine/speculation_json.h"

#include <simdjson.h>

#include <algorithm>

namespace specctl {
namespace {

namespace dom = simdjson::dom;

template <class Integer>
std::vector<Integer> Counts(dom::object stats, std::string_view key) {
  std::vector<Integer> counts;
  dom::array array;
  if (stats[key].get(array)) return counts;
  for (const dom::element element : array) {
    uint64_t count = 0;
    if (element.get(count)) return {};
    counts.push_back(static_cast<Integer>(count));
  }
  return counts;
}

uint64_t Count(dom::object stats, std::string_view key) {
  uint64_t count = 0;
  return stats[key].get(count) ? 0 : count;
}

}  // namespace

std::optional<SpeculationStats> ParseSpeculation(std::string_view metrics_json) {
  if (metrics_json.empty()) return std::nullopt;
  dom::parser parser;
  dom::object metrics, json;
  uint64_t steps = 0;
  if (parser.parse(simdjson::padded_string(metrics_json)).get(metrics) ||
      metrics["speculative_decoding"].get(json) || json["num_spec_steps"].get(steps)) {
    return std::nullopt;
  }
  SpeculationStats stats;
  stats.drafts = steps;
  stats.drafted_tokens = Count(json, "num_draft_tokens");
  stats.accepted_tokens = Count(json, "num_accepted_draft_tokens");
  stats.draft_length = static_cast<uint32_t>(Count(json, "num_spec_tokens"));
  stats.acceptance_histogram = Counts<uint64_t>(json, "acceptance_histogram");
  stats.per_step_accepted = Counts<uint32_t>(json, "per_step_accepted");
  stats.per_step_drafted = Counts<uint32_t>(json, "per_step_drafted");
  return stats;
}

}  // namespace specctl
