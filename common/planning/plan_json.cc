#include "common/planning/plan_json_parts.h"
#include "common/planning/sweep_names.h"
#include "common/report/figures_json.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

constexpr int kPlanSchemaVersion = 1;

void WriteRequest(const PlanRequest& request, JsonWriter& json) {
  json.Key("request");
  json.BeginObject();
  const auto texts = [](const std::vector<Condition>& conditions) {
    std::vector<std::string> all;
    for (const Condition& condition : conditions) all.push_back(condition.text);
    return all;
  };
  json.ArrayField("slo", texts(request.slo));
  json.ArrayField("require", texts(request.requirements));
  if (request.demand) json.Field("demand", request.demand->text);
  json.Field("gpu_hour", request.gpu_hour);
  json.ObjectsField("mix", request.mix, [&](const MixShare& share) {
    json.Field("domain", share.domain);
    json.Field("share", share.share);
  });
  if (request.al_from) json.Field("al_from", request.al_from->name);
  if (request.extrapolate) json.Field("extrapolate", true);
  json.EndObject();
}

std::string_view AnswerName(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::kNone:
      return "none";
    case AnswerKind::kBetween:
      return "between";
    case AnswerKind::kAtLeast:
      break;
  }
  return "at_least";
}

void WriteDecision(const Decision& decision, JsonWriter& json) {
  json.Field("term", decision.term);
  json.Field("holds", decision.holds);
  json.Field("reason", decision.reason);
  WriteNumber("value", decision.value, json);
  WriteNumber("bound", decision.bound, json);
  WriteNumber("limit", decision.limit, json);
}

void WriteJudged(const JudgedPoint& judged, JsonWriter& json) {
  WriteLoad(judged.point->key.load, json);
  json.Field("passes", judged.passes);
  if (judged.undecided) json.Field("undecided", true);
  json.TextField("why_not", judged.why_not);
  json.ObjectsField("terms", judged.decisions,
                    [&](const Decision& decision) { WriteDecision(decision, json); });
  json.ArrayField("labels", judged.point->measured.labels);
  json.ArrayField("runs", judged.point->runs);
}

void WriteLoss(std::string_view key, const Loss& loss, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  // With none left there is no share.
  if (loss.load_share > 0) json.Field("share_of_capacity", loss.load_share);
  json.Field("holds", loss.holds);
  json.EndObject();
}

void WriteReplicas(const ReplicaPlan& replicas, JsonWriter& json) {
  json.Key("replicas");
  json.BeginObject();
  json.Field("count", replicas.replicas);
  json.Field("capacity_per_s", replicas.capacity_per_s);
  json.Field("headroom", replicas.headroom);
  WriteLoss("one_lost", replicas.one_lost, json);
  json.Field("with_spare", replicas.replicas + 1);
  WriteLoss("one_lost_of_spare", replicas.one_lost_of_spare, json);
  if (replicas.at_most) json.Field("at_most", true);
  if (replicas.below_measured) json.Field("below_measured", true);
  json.EndObject();
}

void WriteSensitivity(const Sensitivity& sensitivity, JsonWriter& json) {
  json.Field("key", sensitivity.key);
  json.Field("text", sensitivity.text);
  if (sensitivity.load) WriteNumber("load", sensitivity.load->level, json);
  WriteNumber("capacity_per_s", sensitivity.capacity_per_s, json);
  json.Field("replicas", sensitivity.replicas);
}

void WriteCost(const Cost& cost, JsonWriter& json) {
  json.Key("cost");
  json.BeginObject();
  json.Field("gpus", cost.gpus);
  WriteEstimate("per_million_output_tokens", std::optional(cost.per_million_output_tokens), json);
  WriteNumber("replicas_per_hour", cost.replicas_per_hour, json);
  WriteNumber("per_million_demanded", cost.per_million_demanded, json);
  json.EndObject();
}

void WriteAnswer(const PlannedCurve& planned, JsonWriter& json) {
  const SloAnswer& answer = planned.answer;
  json.Field("target", answer.curve->key.target);
  WritePlace(answer.curve->key, json);
  json.Field("answer", AnswerName(answer.kind));
  if (answer.point != nullptr) WriteLoad(answer.point->key.load, json);
  json.Field("reason", answer.reason);
  WriteNumber("fitted", answer.fitted, json);
  json.TextField("why_no_fit", answer.why_no_fit);
  WriteNumber("extrapolated", answer.extrapolated, json);
  if (planned.capacity) {
    json.Key("capacity");
    json.BeginObject();
    json.Field("tokens_per_s", planned.capacity->tokens_per_s);
    WriteNumber("requests_per_s", planned.capacity->requests_per_s, json);
    if (planned.capacity->extrapolated) json.Field("extrapolated", true);
    json.EndObject();
  }
  if (planned.chosen) json.Field("chosen", true);
  WriteNumber("tokens_per_s_per_gpu", planned.tokens_per_s_per_gpu, json);
  if (planned.replicas) WriteReplicas(*planned.replicas, json);
  json.ObjectsField("sensitivities", planned.sensitivities,
                    [&](const Sensitivity& each) { WriteSensitivity(each, json); });
  if (planned.cost) WriteCost(*planned.cost, json);
  json.ArrayField("notes", planned.notes);
  json.ObjectsField("points", answer.judged,
                    [&](const JudgedPoint& judged) { WriteJudged(judged, json); });
}

void WriteForm(const DeploymentForm& form, JsonWriter& json) {
  json.Field("key", form.key);
  json.Field("file", form.file);
  json.Field("what", form.what);
  json.Field("source", form.source);
  json.Field("content", form.content);
  json.ArrayField("notes", form.notes);
  json.ArrayField("runs", form.runs);
}

void WriteRuns(const Sweep& sweep, JsonWriter& json) {
  json.Key("runs");
  json.BeginArray();
  for (const SweepPoint& point : sweep.points) {
    if (point.run_id.empty()) continue;
    json.BeginObject();
    json.Field("run_id", point.run_id);
    json.TextField("folder", point.folder);
    json.Field("target", point.key.target);
    WriteLoad(point.key.load, json);
    json.Field("dataset", point.key.dataset);
    json.TextField("tier", point.key.tier);
    json.Field("temperature", point.key.temperature);
    json.Field("state", PointStateName(point.state));
    if (point.state == PointState::kDone) {
      json.Field("verdict", VerdictName(point.measured.verdict));
    }
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void WriteLoad(const LoadLevel& load, JsonWriter& json) {
  json.Field(load.kind == LoadKind::kConcurrency ? "bs" : "rate", load.level);
}

void WritePlace(const CurveKey& key, JsonWriter& json) {
  json.Field("dataset", key.dataset);
  json.TextField("tier", key.tier);
  json.Field("temperature", key.temperature);
  json.Field("by", key.kind == LoadKind::kConcurrency ? "bs" : "rate");
}

std::string PlanJson(const Plan& plan, const PlanRequest& request) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", kPlanSchemaVersion);
  json.TextField("sweep_id", plan.sweep.id);
  json.TextField("baseline", plan.baseline);
  WriteRequest(request, json);
  json.ArrayField("notes", plan.notes);
  json.ArrayField("unmet", plan.unmet());
  json.ObjectsField("answers", plan.answers,
                    [&](const PlannedCurve& planned) { WriteAnswer(planned, json); });
  WriteSpeculation(plan, json);
  json.ObjectsField("forms", plan.forms,
                    [&](const DeploymentForm& form) { WriteForm(form, json); });
  if (!plan.gate.empty()) {
    json.Key("require");
    json.BeginObject();
    json.Field("holds", plan.gate_holds());
    json.ObjectsField("terms", plan.gate, [&](const GateDecision& each) {
      json.TextField("where", each.where);
      WriteDecision(each.decision, json);
      json.ArrayField("runs", each.runs);
    });
    json.EndObject();
  }
  WriteRuns(plan.sweep, json);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
