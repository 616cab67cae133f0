#include <cmath>

#include <absl/strings/str_format.h>

#include "common/planning/plan_words.h"
#include "common/planning/text_table.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

std::string FigureOf(const PooledPoint* point, std::string_view figure,
                     std::string_view statistic) {
  const Measured* const measured = point == nullptr ? nullptr : point->Find(figure, statistic);
  return measured == nullptr ? "" : FigureText(measured->value);
}

// "bs 64", "at least bs 256", "none".
std::string HighestText(const SloAnswer& answer) {
  if (answer.point == nullptr) return "none";
  const std::string load = LoadText(answer.point->key.load);
  return answer.kind == AnswerKind::kAtLeast ? "at least " + load : load;
}

std::string AnswerTable(const Plan& plan, const RunMarks& marks) {
  TextTable table(3);
  table.AddRow(
      {"target", "prompts", "highest load", "output TPS", "bound", "user TPS", "TTFT p95", "runs"});
  for (const PlannedCurve& planned : plan.answers) {
    const SloAnswer& answer = planned.answer;
    const PooledPoint* const point = answer.point;
    const Measured* const tps = point == nullptr ? nullptr : point->Find("output_tps", "value");
    table.AddRow({answer.curve->key.target, PlaceText(answer.curve->key), HighestText(answer),
                  tps == nullptr ? "" : IntervalText(std::optional(*tps)),
                  planned.capacity ? FigureText(planned.capacity->tokens_per_s) : "",
                  FigureOf(point, "user_tps", "p50"), FigureOf(point, "ttft_ms", "p95"),
                  point == nullptr ? "" : marks.MarksOf(point->runs)});
  }
  return table.Render();
}

// "dl1 up to bs 64: 2,175 tokens/s a replica at the bound (272 per GPU), 2 replicas".
std::string ChoiceLines(const Plan& plan) {
  std::string out;
  for (const PlannedCurve& planned : plan.answers) {
    if (!planned.chosen) continue;
    const CurveKey& key = planned.answer.curve->key;
    std::string text = absl::StrFormat(
        "for %s: %s up to %s: %s tokens/s a replica at the bound", PlaceText(key), key.target,
        LoadText(planned.answer.point->key.load), FigureText(planned.capacity->tokens_per_s));
    if (planned.tokens_per_s_per_gpu) {
      text += absl::StrFormat(" (%s per GPU)", FigureText(*planned.tokens_per_s_per_gpu));
    }
    if (planned.replicas) {
      text += absl::StrFormat(", %s", CountedText(planned.replicas->replicas, "replica"));
    }
    AppendProse("choose", text, out);
  }
  return out;
}

// Why not more, and what a fit adds.
std::string ReasonLines(const Plan& plan) {
  std::string out;
  for (const PlannedCurve& planned : plan.answers) {
    const SloAnswer& answer = planned.answer;
    std::string text = CurveText(answer.curve->key) + ": " + answer.reason;
    if (answer.fitted) {
      const LoadLevel fitted{answer.curve->key.kind, std::floor(*answer.fitted * 10) / 10};
      text += absl::StrFormat("; a monotone fit meets the limit near %s (not measured)",
                              LoadText(fitted));
    } else if (!answer.why_no_fit.empty()) {
      text += "; no fit in between: " + answer.why_no_fit;
    }
    if (answer.extrapolated) {
      const LoadLevel beyond{answer.curve->key.kind, std::floor(*answer.extrapolated)};
      text += absl::StrFormat("; EXTRAPOLATED to %s", LoadText(beyond));
    }
    for (const PooledPoint* point : answer.undecided) {
      text += absl::StrFormat(
          "; %s was too short to be decided, and is taken to pass as the load "
          "above it does",
          LoadText(point->key.load));
    }
    AppendProse("limit", text, out);
    for (const std::string& note : planned.notes) AppendProse("note", note, out);
  }
  return out;
}

std::string LossText(const Loss& loss) {
  if (loss.load_share == 0) return "none is left";
  return absl::StrFormat("%s%s", ShareText(loss.load_share), loss.holds ? "" : ": TOO MUCH");
}

std::string ReplicaTable(const Plan& plan) {
  TextTable table(2);
  table.AddRow({"target", "prompts", "replicas", "headroom", "one lost", "N+1, one lost", ""});
  for (const PlannedCurve& planned : plan.answers) {
    if (!planned.replicas) continue;
    const ReplicaPlan& replicas = *planned.replicas;
    const CurveKey& key = planned.answer.curve->key;
    table.AddRow(
        {key.target, PlaceText(key),
         absl::StrFormat("%s%s%s", replicas.at_most ? "at most " : "", CountText(replicas.replicas),
                         planned.capacity->extrapolated ? " (extrapolated)" : ""),
         ShareText(replicas.headroom), LossText(replicas.one_lost),
         LossText(replicas.one_lost_of_spare),
         replicas.below_measured ? "each below the lowest measured" : ""});
  }
  return table.has_rows() ? table.Render() : "";
}

std::string SensitivityTable(const Plan& plan) {
  TextTable table(3);
  table.AddRow({"target", "prompts", "if", "highest load", "replicas"});
  for (const PlannedCurve& planned : plan.answers) {
    for (const Sensitivity& each : planned.sensitivities) {
      const CurveKey& key = planned.answer.curve->key;
      LoadLevel load = each.load.value_or(LoadLevel());
      load.level = std::floor(load.level * 10) / 10;
      table.AddRow({key.target, PlaceText(key), each.text, each.load ? LoadText(load) : "none",
                    each.replicas ? CountText(*each.replicas) : ""});
    }
  }
  return table.has_rows() ? table.Render() : "";
}

std::string CostTable(const Plan& plan) {
  TextTable table(2);
  table.AddRow({"target", "prompts", "GPUs a replica", "per 1M output tokens, full",
                "all replicas, an hour", "per 1M demanded"});
  for (const PlannedCurve& planned : plan.answers) {
    if (!planned.cost) continue;
    const Cost& cost = *planned.cost;
    const auto money = [](const std::optional<double>& value) {
      return value ? FixedText(*value, 2) : std::string();
    };
    const CurveKey& key = planned.answer.curve->key;
    table.AddRow({key.target, PlaceText(key), CountText(cost.gpus),
                  IntervalText(std::optional(cost.per_million_output_tokens)),
                  money(cost.replicas_per_hour), money(cost.per_million_demanded)});
  }
  return table.has_rows() ? table.Render() : "";
}

std::string Section(const std::string& head, const std::string& text) {
  return text.empty() ? "" : "\n" + head + "\n" + text;
}

}  // namespace

std::string AnswersText(const Plan& plan, const PlanRequest& request, const RunMarks& marks) {
  if (plan.answers.empty()) return "";
  const std::string head = request.slo.empty()
                               ? "HIGHEST LOAD OF A REPLICA THAT WAS MEASURED (no limits given)"
                               : "HIGHEST LOAD OF A REPLICA WITHIN THE LIMITS";
  const std::string demand = request.demand
                                 ? "REPLICAS FOR " + request.demand->text +
                                       " (one lost: the load of each that is left, of its capacity)"
                                 : "";
  return Section(head, AnswerTable(plan, marks) + ChoiceLines(plan) + ReasonLines(plan)) +
         Section(demand, ReplicaTable(plan)) + Section("HOW SURE THAT IS", SensitivityTable(plan)) +
         Section("COST", CostTable(plan));
}

}  // namespace specctl
