#include <algorithm>
#include <set>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/planning/measured_arithmetic.h"
#include "common/planning/plan_words.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

// What all points agree in, or several joined.
std::string Told(const Plan& plan, std::string PointSetup::*field) {
  std::vector<std::string> texts;
  for (const PooledPoint& point : plan.points) {
    const std::string& text = point.measured.setup.*field;
    if (text.empty() || std::find(texts.begin(), texts.end(), text) != texts.end()) continue;
    texts.push_back(text);
  }
  return texts.empty() ? "unknown" : absl::StrJoin(texts, ", ");
}

std::string HeadText(const Plan& plan, const PlanRequest& request) {
  size_t done = 0;
  for (const PooledPoint& point : plan.points) done += point.done() ? 1 : 0;
  const bool no = !plan.unmet().empty() || !plan.gate_holds();
  std::string out;
  AppendFlow(
      {.label = no ? "NO" : "PLAN"},
      std::vector<std::string>{
          plan.sweep.id, "model " + Told(plan, &PointSetup::model), Told(plan, &PointSetup::engine),
          absl::StrFormat("%d of %s measured", done, CountedText(plan.points.size(), "point"))},
      out);
  const auto texts = [](const std::vector<Condition>& conditions) {
    return absl::StrJoin(conditions, ", ", [](std::string* text, const Condition& condition) {
      *text += condition.text;
    });
  };
  if (!request.slo.empty()) AppendProse("limits", texts(request.slo), out);
  if (request.demand) AppendProse("demand", request.demand->text, out);
  if (!plan.baseline.empty()) AppendProse("baseline", plan.baseline, out);
  for (const std::string& note : plan.notes) AppendProse("note", note, out);
  return out;
}

std::string FormsText(const Plan& plan, const RunMarks& marks) {
  std::string out;
  for (const DeploymentForm& form : plan.forms) {
    out += absl::StrFormat("\n%s: %s %s\n", form.file, form.what, marks.MarksOf(form.runs));
    size_t begin = 0;
    while (begin < form.content.size()) {
      const size_t end = std::min(form.content.find('\n', begin), form.content.size());
      const std::string line = form.content.substr(begin, end - begin);
      // The comments of a file say what stands above and below.
      if (!line.starts_with("#")) out += "    " + line + "\n";
      begin = end + 1;
    }
    AppendProse("form", form.source, out);
    for (const std::string& note : form.notes) AppendProse("note", note, out);
  }
  return out.empty() ? out : "\nTO DEPLOY\n" + out;
}

std::string GateText(const Plan& plan, const RunMarks& marks) {
  std::string out;
  for (const GateDecision& each : plan.gate) {
    AppendProse(
        each.decision.holds ? "holds" : "FAILS",
        absl::StrFormat("%s%s%s: %s %s", each.decision.term, each.where.empty() ? "" : " of ",
                        each.where, each.decision.reason, marks.MarksOf(each.runs)),
        out);
  }
  return out.empty() ? out : "\n" + out;
}

}  // namespace

RunMarks::RunMarks(const Sweep& sweep) : sweep_(sweep) {
  for (const SweepPoint& point : sweep.points) {
    if (!point.run_id.empty()) numbers_.emplace(point.run_id, numbers_.size() + 1);
  }
  for (const SweepPair& pair : sweep.pairs) {
    if (!pair.run_id.empty()) numbers_.emplace(pair.run_id, numbers_.size() + 1);
  }
}

std::string RunMarks::MarksOf(std::span<const std::string> runs) const {
  std::set<size_t> marks;
  for (const std::string& run : runs) {
    if (const auto found = numbers_.find(run); found != numbers_.end()) marks.insert(found->second);
  }
  return marks.empty() ? "" : "[" + absl::StrJoin(marks, " ") + "]";
}

std::string RunMarks::List() const {
  std::string out;
  for (const SweepPoint& point : sweep_.points) {
    if (point.run_id.empty()) continue;
    out += absl::StrFormat("  [%d] %s  %s%s%s\n", numbers_.at(point.run_id), point.run_id,
                           PointText(point.key), point.folder.empty() ? "" : "  ", point.folder);
  }
  for (const SweepPair& pair : sweep_.pairs) {
    if (pair.run_id.empty()) continue;
    out += absl::StrFormat("  [%d] %s  %s, in pairs with %s%s%s\n", numbers_.at(pair.run_id),
                           pair.run_id, PointText(pair.key), pair.baseline,
                           pair.folder.empty() ? "" : "  ", pair.folder);
  }
  return out;
}

std::string IntervalText(const std::optional<Estimate>& estimate) {
  if (!estimate) return "-";
  if (!estimate->low || !estimate->high) return FigureText(estimate->value);
  return absl::StrFormat("%s (%s .. %s)", FigureText(estimate->value), FigureText(*estimate->low),
                         FigureText(*estimate->high));
}

std::string IntervalText(const std::optional<Measured>& measured) {
  return IntervalText(measured ? std::optional(EstimateOf(*measured)) : std::nullopt);
}

std::string PlanText(const Plan& plan, const PlanRequest& request) {
  const RunMarks marks(plan.sweep);
  return HeadText(plan, request) + AnswersText(plan, request, marks) + SpeedupsText(plan, marks) +
         DraftLengthsText(plan, marks) + ProjectionsText(plan, marks) + StudiesText(plan, marks) +
         FormsText(plan, marks) + GateText(plan, marks) + "\nRUNS\n" + marks.List();
}

}  // namespace specctl
