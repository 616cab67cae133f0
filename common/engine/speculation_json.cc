#include "common/engine/speculation_json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>

namespace specctl {
namespace {

namespace dom = simdjson::dom;

template <class Integer>
std::vector<Integer> CountList(dom::array array) {
  std::vector<Integer> counts;
  for (const dom::element element : array) {
    uint64_t count = 0;
    if (element.get(count) || count > std::numeric_limits<Integer>::max()) return {};
    counts.push_back(static_cast<Integer>(count));
  }
  return counts;
}

// By the first of the names that is there.
template <class Integer>
std::vector<Integer> Counts(dom::object stats, std::initializer_list<std::string_view> names) {
  dom::array array;
  for (const std::string_view name : names) {
    if (!stats[name].get(array)) return CountList<Integer>(array);
  }
  return {};
}

std::optional<uint64_t> Count(dom::object stats, std::initializer_list<std::string_view> names) {
  uint64_t count = 0;
  for (const std::string_view name : names) {
    if (!stats[name].get(count)) return count;
  }
  return std::nullopt;
}

// What every engine says; false where there were steps and their tokens are not told.
bool SetSums(const std::optional<uint64_t>& drafted, const std::optional<uint64_t>& accepted,
             SpeculationStats& stats) {
  if (stats.drafts > 0 && (!drafted || !accepted)) return false;
  stats.drafted_tokens = drafted.value_or(0);
  stats.accepted_tokens = accepted.value_or(0);
  return true;
}

// {"3": [39, 1, 0, 3]}: the histogram of the drafts of each length.
std::vector<DraftsOfLength> DraftsByLength(dom::object stats) {
  std::vector<DraftsOfLength> drafts;
  dom::object by_length;
  if (stats["acceptance_histogram_by_draft_length"].get(by_length)) return drafts;
  for (const dom::key_value_pair entry : by_length) {
    DraftsOfLength one;
    const char* const end = entry.key.data() + entry.key.size();
    const auto [stop, error] = std::from_chars(entry.key.data(), end, one.draft_length);
    dom::array histogram;
    if (error != std::errc() || stop != end || entry.value.get(histogram)) return {};
    one.acceptance_histogram = CountList<uint64_t>(histogram);
    drafts.push_back(std::move(one));
  }
  return drafts;
}

// vLLM and NIM; TensorRT-LLM has the same, with other names for the tokens.
std::optional<SpeculationStats> OfDraftSteps(dom::object json) {
  const auto drafts = Count(json, {"num_spec_steps"});
  if (!drafts) return std::nullopt;
  SpeculationStats stats;
  stats.drafts = *drafts;
  if (!SetSums(Count(json, {"num_draft_tokens", "total_draft_tokens"}),
               Count(json, {"num_accepted_draft_tokens", "total_accepted_draft_tokens"}), stats)) {
    return std::nullopt;
  }
  stats.draft_length = static_cast<uint32_t>(Count(json, {"num_spec_tokens"}).value_or(0));
  stats.acceptance_histogram = Counts<uint64_t>(json, {"acceptance_histogram"});
  stats.by_draft_length = DraftsByLength(json);
  stats.per_step_accepted = Counts<uint32_t>(json, {"per_step_accepted"});
  stats.per_step_drafted = Counts<uint32_t>(json, {"per_step_drafted"});
  return stats;
}

// SGLang, which verifies a draft in every step after the prompt's.
std::optional<SpeculationStats> OfVerifySteps(dom::object json) {
  const auto steps = Count(json, {"spec_verify_ct"});
  if (!steps) return std::nullopt;
  SpeculationStats stats;
  stats.steps = stats.drafts = *steps;
  // In the native meta_info and in files; the details of OpenAI's routes lack it.
  stats.retractions = Count(json, {"num_retractions"});
  // The newest names first; "drafts" in them are draft tokens.
  if (!SetSums(
          Count(json, {"spec_num_proposed_drafts", "spec_proposed_drafts", "spec_draft_token_num"}),
          Count(json, {"spec_num_correct_drafts", "spec_accepted_drafts", "spec_accept_token_num"}),
          stats)) {
    return std::nullopt;
  }
  // Drafts of several lengths leave it unknown.
  if (*steps > 0 && stats.drafted_tokens % *steps == 0) {
    stats.draft_length = static_cast<uint32_t>(
        std::min<uint64_t>(stats.drafted_tokens / *steps, std::numeric_limits<uint32_t>::max()));
  }
  stats.acceptance_histogram =
      Counts<uint64_t>(json, {"spec_correct_drafts_histogram", "spec_accept_histogram"});
  return stats;
}

}  // namespace

std::optional<SpeculationStats> ParseSpeculation(std::string_view object_json) {
  if (object_json.empty()) return std::nullopt;
  dom::parser parser;
  dom::object json, inner;
  if (parser.parse(simdjson::padded_string(object_json)).get(json)) return std::nullopt;
  if (!json["speculative_decoding"].get(inner)) return OfDraftSteps(inner);
  if (!json["spec_tokens_details"].get(inner)) return OfVerifySteps(inner);
  dom::array choices;
  if (!json["spec_tokens_details"].get(choices)) {
    return choices.at(0).get(inner) ? std::nullopt : OfVerifySteps(inner);
  }
  if (const auto stats = OfVerifySteps(json)) return stats;
  return OfDraftSteps(json);
}

}  // namespace specctl
