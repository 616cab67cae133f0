#include "common/planning/slo_answer.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/figures/quantile_need.h"
#include "common/planning/load_fit.h"
#include "common/report/number_text.h"

namespace specctl {
namespace {

// A quantile without a bound is of a run that was too short for it.
std::string WithNeed(const Condition& term, const Decision& decision) {
  const std::optional<uint64_t> needed = ValuesNeeded(term.statistic_key());
  if (decision.bound || !decision.value || !needed) return decision.reason;
  return absl::StrFormat("%s (%s needs as much as %s independent requests tell: measure longer)",
                         decision.reason, term.statistic_key(), CountText(*needed));
}

// A value on the good side of its limit, of which nothing shows the error.
bool SeenWithin(const Condition& term, const Decision& decision) {
  if (decision.bound || !decision.value) return false;
  return term.at_least ? *decision.value >= term.limit : *decision.value <= term.limit;
}

// The load at which the first of the terms that fail at `pass + 1` does so.
void FitAnswer(std::span<const Condition> slo, size_t pass, SloAnswer& answer) {
  const JudgedPoint& next = answer.judged[pass + 1];
  if (next.decisions.empty()) {
    answer.why_no_fit = "the next point is not usable";
    return;
  }
  for (size_t i = 0; i < slo.size(); ++i) {
    if (next.decisions[i].holds) continue;
    const LoadFit fit = FitBetween(*answer.curve, pass, slo[i]);
    if (!fit.level) {
      answer.fitted.reset();
      answer.why_no_fit = fit.why_none;
      return;
    }
    answer.fitted = std::min(answer.fitted.value_or(*fit.level), *fit.level);
  }
}

void Extrapolate(std::span<const Condition> slo, SloAnswer& answer) {
  for (const Condition& term : slo) {
    const LoadFit fit = FitBeyond(*answer.curve, term);
    if (!fit.level) {
      answer.extrapolated.reset();
      answer.why_no_fit = fit.why_none;
      return;
    }
    answer.extrapolated = std::min(answer.extrapolated.value_or(*fit.level), *fit.level);
  }
}

}  // namespace

JudgedPoint JudgePoint(const PooledPoint& point, std::span<const Condition> slo) {
  JudgedPoint judged{.point = &point};
  judged.why_not = WhyUnusable(point);
  if (!judged.why_not.empty()) return judged;
  judged.passes = judged.undecided = true;
  for (const Condition& term : slo) {
    Decision decision =
        DecideMeasured(term, nullptr, point.Find(term.figure->key, term.statistic_key()));
    decision.reason = WithNeed(term, decision);
    judged.undecided = judged.undecided && (decision.holds || SeenWithin(term, decision));
    if (!decision.holds && judged.passes) {
      judged.passes = false;
      judged.why_not = decision.term + ": " + decision.reason;
    }
    judged.decisions.push_back(std::move(decision));
  }
  if (judged.passes) judged.undecided = false;
  return judged;
}

SloAnswer AnswerSlo(const Curve& curve, std::span<const Condition> slo, bool extrapolate) {
  SloAnswer answer{.curve = &curve};
  for (const PooledPoint* point : curve.points) answer.judged.push_back(JudgePoint(*point, slo));
  // The first that fails ends it; of those below, the highest that passes is the answer.
  const auto fails =
      std::find_if(answer.judged.begin(), answer.judged.end(),
                   [](const JudgedPoint& judged) { return !judged.passes && !judged.undecided; });
  size_t next = 0;
  for (auto each = answer.judged.begin(); each != fails; ++each) {
    if (each->passes) next = static_cast<size_t>(each - answer.judged.begin()) + 1;
  }
  for (size_t i = 0; i < next; ++i) {
    if (!answer.judged[i].passes) answer.undecided.push_back(answer.judged[i].point);
  }
  if (next > 0) answer.point = answer.judged[next - 1].point;
  if (next == answer.judged.size()) {
    answer.kind = AnswerKind::kAtLeast;
    answer.reason = "every point passes: what lies above the last one was not measured";
    if (extrapolate) Extrapolate(slo, answer);
    return answer;
  }
  answer.kind = answer.point == nullptr ? AnswerKind::kNone : AnswerKind::kBetween;
  const JudgedPoint& above = answer.judged[next];
  answer.reason = absl::StrFormat("%s %s", LoadText(above.point->key.load), above.why_not);
  if (answer.point != nullptr) FitAnswer(slo, next - 1, answer);
  return answer;
}

}  // namespace specctl
