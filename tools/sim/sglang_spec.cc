#include "tools/sim/sglang_spec.h"

#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

void FloatField(std::string_view name, uint64_t part, uint64_t whole, JsonWriter& json) {
  json.Key(name);
  json.RawValue(
      PythonFloat(whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole)));
}

}  // namespace

SglangSpecNames NamesOf(SglangNames generation) {
  switch (generation) {
    case SglangNames::kUntil0510:
      return {"spec_draft_token_num", "spec_accept_token_num", "spec_accept_histogram"};
    case SglangNames::k0511:
      return {"spec_proposed_drafts", "spec_accepted_drafts", "spec_accept_histogram"};
    case SglangNames::kSince0512:
      break;
  }
  return {"spec_num_proposed_drafts", "spec_num_correct_drafts", "spec_correct_drafts_histogram"};
}

SglangSpecCounts SpecCountsOf(const ReplyState& state, uint32_t draft_length) {
  SglangSpecCounts counts;
  counts.completion_tokens = state.tokens();
  if (draft_length == 0) return counts;
  counts.verify_calls = state.decode_steps;
  counts.proposed = counts.verify_calls * draft_length;
  for (const uint32_t accepted : state.drafted_steps.accepted) {
    counts.accepted += accepted;
    if (accepted >= counts.histogram.size()) counts.histogram.resize(accepted + 1);
    ++counts.histogram[accepted];
  }
  return counts;
}

void WriteSpecMembers(const SglangSpecCounts& counts, SglangNames generation, bool server_details,
                      JsonWriter& json) {
  const SglangSpecNames names = NamesOf(generation);
  FloatField("spec_accept_rate", counts.accepted, counts.proposed, json);
  // SGLang's own definition, which counts the prompt step's token and leaves out cut ones.
  FloatField("spec_accept_length", counts.completion_tokens, counts.verify_calls, json);
  if (server_details) {
    FloatField("spec_cap_length", 0, 0, json);
    FloatField("spec_block_accept_length", 0, 0, json);
  }
  json.Field(names.accepted, counts.accepted);
  json.Field(names.proposed, counts.proposed);
  json.Field("spec_verify_ct", counts.verify_calls);
  json.ArrayField(names.histogram, counts.histogram);
  if (server_details) json.ArrayField("spec_cap_lens_histogram", std::vector<uint64_t>());
}

}  // namespace specctl::sim
