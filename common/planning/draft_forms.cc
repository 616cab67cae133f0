#include "common/planning/draft_forms.h"

#include <algorithm>
#include <set>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

std::vector<std::string> RunsOf(const DraftSchedule& schedule) {
  std::set<std::string> runs;
  for (const DraftChoice& choice : schedule.choices) {
    runs.insert(choice.runs.begin(), choice.runs.end());
  }
  return {runs.begin(), runs.end()};
}

// What holds of every engine's form.
std::vector<std::string> CommonNotes(const DraftSchedule& schedule) {
  std::vector<std::string> notes;
  const LoadLevel& lowest = schedule.choices.front().load;
  if (lowest.level > 1) {
    notes.push_back(
        absl::StrFormat("below %s nothing was measured: the list begins at 1", LoadText(lowest)));
  }
  for (const DraftRange& range : schedule.ranges) {
    if (!range.fitted) continue;
    notes.push_back(
        absl::StrFormat("the end at %d lies between two measured loads, by a fit", range.to));
  }
  for (const DraftRange& range : schedule.ranges) {
    if (!range.undecided) continue;
    notes.push_back(absl::StrFormat("from %d to %d it is not decided: others are as good",
                                    range.from, range.to));
  }
  return notes;
}

// Of the drafter a path may be long.
std::string FamilyFilePart(const DraftFamily& family) {
  constexpr size_t kDrafterMax = 60;
  std::string part;
  for (const std::string& text : {FilePart(family.method), FilePart(family.drafter)}) {
    if (!text.empty()) part += "-" + text.substr(0, kDrafterMax);
  }
  return part;
}

DeploymentForm DraftFormOf(const DraftSchedule& schedule, std::string_view key,
                           std::string_view end) {
  const std::string place = PlaceText(schedule.place);
  const std::string family = FamilyText(schedule.family);
  DeploymentForm form{.key = absl::StrFormat("%s_draft_lengths", key),
                      .file = absl::StrFormat("%s-draft-lengths-%s%s%s", key, FilePart(place),
                                              FamilyFilePart(schedule.family), end),
                      .what = absl::StrFormat("draft length by batch size, for %s%s%s", place,
                                              family.empty() ? "" : " with ", family),
                      .source = {},
                      .content = {},
                      .notes = CommonNotes(schedule),
                      .runs = RunsOf(schedule)};
  return form;
}

}  // namespace

DeploymentForm VllmDraftForm(const DraftSchedule& schedule) {
  DeploymentForm form = DraftFormOf(schedule, "vllm", ".json");
  form.what += ": value of vLLM's --speculative-config";
  form.source =
      "vLLM 0.32.0, vllm/v1/spec_decode/dynamic/utils.py (the form since 0.25, vllm pull request "
      "32374)";
  JsonWriter json;
  json.BeginObject();
  json.TextField("method", schedule.family.method);
  json.TextField("model", schedule.family.drafter);
  json.Field("num_speculative_tokens", schedule.longest());
  json.Key("num_speculative_tokens_per_batch_size");
  json.BeginArray();
  for (const DraftRange& range : schedule.ranges) {
    json.BeginArray();
    for (const uint32_t part : {range.from, range.to, range.draft_length}) json.Value(part);
    json.EndArray();
  }
  json.EndArray();
  json.EndObject();
  form.content = std::move(json).Take() + "\n";
  form.notes.push_back("above the last range vLLM goes on with its draft length");
  form.notes.push_back(
      "vLLM drops the list with data parallelism above 1, and runs graphs piecewise unless "
      "VLLM_USE_V2_MODEL_RUNNER=1: measure the result");
  return form;
}

DeploymentForm TrtllmDraftForm(const DraftSchedule& schedule) {
  DeploymentForm form = DraftFormOf(schedule, "trtllm", ".yaml");
  form.what += ": part of TensorRT-LLM's speculative_config";
  form.source = "TensorRT-LLM pull request 10860 (merged 2026-03), llmapi/llm_args.py";
  const bool ends_with_none = schedule.ranges.back().draft_length == 0;
  if (!ends_with_none) {
    form.notes.push_back(
        absl::StrFormat("above %d, the highest load measured, TensorRT-LLM does not speculate",
                        schedule.ranges.back().to));
  }
  form.notes.push_back(
      "where the list says 0, and above it, drafters that run in the target's engine may lose "
      "their state (TensorRT-LLM pull request 16888, open): watch the acceptance");
  std::string list;
  for (size_t i = 0; i < schedule.ranges.size(); ++i) {
    const DraftRange& range = schedule.ranges[i];
    // Above the last key there is none anyway.
    if (i + 1 == schedule.ranges.size() && ends_with_none) break;
    list += absl::StrFormat("%s%d: %d", list.empty() ? "" : ", ", range.to, range.draft_length);
  }
  form.content =
      CommentsOf(form) +
      absl::StrFormat("speculative_config:\n  max_draft_len: %d\n  draft_len_schedule: {%s}\n",
                      schedule.longest(), list);
  return form;
}

DeploymentForm SglangDraftForm(const DraftSchedule& schedule) {
  DeploymentForm form = DraftFormOf(schedule, "sglang", ".json");
  form.what += ": the file of SGLang's --speculative-adaptive-config";
  form.source =
      "SGLang 0.5.23, srt/speculative/adaptive_spec_params.py (sglang pull requests 21599, 24055)";
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  for (const DraftRange& range : schedule.ranges) {
    json.Key(std::to_string(range.from));
    json.BeginObject();
    json.ArrayField("candidate_steps", range.candidates);
    json.EndObject();
  }
  json.EndObject();
  form.content = std::move(json).Take() + "\n";
  form.notes.push_back(absl::StrFormat(
      "start with --speculative-adaptive --speculative-eagle-topk 1 --speculative-num-steps %d "
      "--speculative-num-draft-tokens %d",
      schedule.longest(), schedule.longest() + 1));
  form.notes.push_back(
      "SGLang takes it for EAGLE and EAGLE3 alone, without attention DP, and chooses among the "
      "candidates by the acceptance it sees");
  return form;
}

std::string WhyNoTrtllmForm(const DraftSchedule& schedule) {
  if (schedule.ranges.front().draft_length == schedule.longest()) return "";
  return absl::StrFormat(
      "%s: no form for TensorRT-LLM: it takes a list only where the smallest batch sizes have the "
      "longest drafts (max_draft_len), and here %d is best up to %d and %d later",
      PlaceText(schedule.place), schedule.ranges.front().draft_length, schedule.ranges.front().to,
      schedule.longest());
}

std::vector<DeploymentForm> DraftForms(const DraftSchedule& schedule, const std::string& engine,
                                       std::vector<std::string>& notes) {
  // A list that never speculates is no setting: the server is started without it.
  if (schedule.ranges.empty() || schedule.longest() == 0) return {};
  const bool vllm = engine.starts_with("vllm"), trtllm = engine.starts_with("trtllm"),
             sglang = engine.starts_with("sglang"), unknown = !vllm && !trtllm && !sglang;
  std::vector<DeploymentForm> forms;
  if (vllm || unknown) forms.push_back(VllmDraftForm(schedule));
  if (trtllm || unknown) {
    const std::string why_none = WhyNoTrtllmForm(schedule);
    if (why_none.empty()) {
      forms.push_back(TrtllmDraftForm(schedule));
    } else {
      notes.push_back(why_none);
    }
  }
  if (sglang || unknown) forms.push_back(SglangDraftForm(schedule));
  return forms;
}

}  // namespace specctl
