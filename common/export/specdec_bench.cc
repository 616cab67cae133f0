#include "common/export/specdec_bench.h"

#include <utility>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

struct Mean {
  double sum = 0;
  uint64_t count = 0;
  double Value() const { return sum / static_cast<double>(count); }
};

}  // namespace

void SpecdecBenchSummary::AddLength(uint64_t length, uint64_t times, Question& question) {
  if (times == 0) return;
  histogram_[length] += times;
  question.tokens += length * times;
  question.steps += times;
}

void SpecdecBenchSummary::AddRequest(const EndedRequest& request, const RunContext& run) {
  if (!request.settled.ok()) return;
  const OpenRequest& open = request.open;
  if (open.chunks == 0 || open.unknown_chunks > 0 || !open.first_tokens ||
      request.settled.unattributed || request.settled.totals_only ||
      !run.ChunkIsStep(request.settled.target)) {
    ++left_out_;
    return;
  }
  ++requests_;
  const PlannedRow* row = run.RowAt(request.settled.position);
  // Of a row without an id: its place in the dataset.
  const std::string id = row != nullptr && !row->question_id.empty()
                             ? row->question_id
                             : std::to_string(run.OrderIndexOf(request.settled.position));
  Question& question = questions_[id];
  if (row != nullptr) question.category = row->category;
  AddLength(*open.first_tokens, 1, question);
  const std::vector<uint64_t>& lengths = open.after_first.lengths;
  for (size_t k = 0; k < lengths.size(); ++k) AddLength(k + 1, lengths[k], question);
}

std::string SpecdecBenchSummary::Json(const std::string& run_id,
                                      const std::vector<std::string>& notes) const {
  JsonWriter json(JsonWriter::Style::kPretty);
  Mean all;
  std::map<std::string, Mean> categories;
  json.BeginArray();  // it appends an object for each of its runs
  json.BeginObject();
  json.Key("Request_AL");
  json.BeginObject();
  for (const auto& [id, question] : questions_) {
    json.Field(id, question.Mean());
    for (Mean* mean :
         {&all, question.category.empty() ? nullptr : &categories[question.category]}) {
      if (mean == nullptr) continue;
      mean->sum += question.Mean();
      ++mean->count;
    }
  }
  json.EndObject();
  json.Key("Category_AL");
  json.BeginObject();
  for (const auto& [category, mean] : categories) json.Field(category, mean.Value());
  json.EndObject();
  json.Field("Average_AL", all.Value());

  uint64_t steps = 0;
  for (const auto& [length, times] : histogram_) steps += times;
  std::vector<std::pair<std::string, double>> conditional, joint;
  uint64_t at_least = steps, before = steps;
  for (const auto& [length, times] : histogram_) {
    conditional.emplace_back(std::to_string(length),
                             static_cast<double>(at_least) / static_cast<double>(before));
    joint.emplace_back(std::to_string(length),
                       static_cast<double>(at_least) / static_cast<double>(steps));
    before = at_least;
    at_least -= times;
  }
  json.Key("Acceptance_Length_Histogram");
  json.BeginObject();
  for (const auto& [length, times] : histogram_) json.Field(std::to_string(length), times);
  json.EndObject();
  for (const auto& [key, rates] : {std::pair("Conditional_Acceptance_Rate", &conditional),
                                   {"Joint_Acceptance_Rate", &joint}}) {
    json.Key(key);
    json.BeginObject();
    for (const auto& [length, rate] : *rates) json.Field(length, rate);
    json.EndObject();
  }
  json.Key("specctl");
  json.BeginObject();
  json.Field("run_id", run_id);
  json.Field("requests", requests_);
  json.Field("requests_left_out", left_out_);
  json.ArrayField("notes", notes);
  json.EndObject();
  json.EndObject();
  json.EndArray();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
