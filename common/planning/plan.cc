#include "common/planning/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/planning/autoscaling_forms.h"
#include "common/planning/draft_forms.h"
#include "common/planning/plan_gate.h"
#include "common/planning/route_policy.h"
#include "common/planning/sweep_check.h"

namespace specctl {
namespace {

// The baseline, or "" with a note why there is none.
std::string BaselineOf(const Sweep& sweep, const PlanRequest& request,
                       std::vector<std::string>& notes) {
  if (!request.baseline.empty()) return request.baseline;
  std::vector<std::string> without;
  for (const SweepTarget& target : sweep.targets) {
    // What was never measured does not tell whether it speculates, and is no baseline either.
    const bool measured =
        std::any_of(sweep.points.begin(), sweep.points.end(), [&](const SweepPoint& point) {
          return point.key.target == target.name && point.state == PointState::kDone;
        });
    if (measured && !Speculates(sweep, target)) without.push_back(target.name);
  }
  if (without.size() == 1) return without.front();
  notes.push_back(
      without.empty()
          ? "no speedups: no target is without speculation; name a baseline with --baseline"
          : absl::StrFormat("no speedups: several targets are without speculation (%s); name the "
                            "baseline with --baseline",
                            absl::StrJoin(without, ", ")));
  return "";
}

class PlanMaker {
 public:
  PlanMaker(const PlanRequest& request, Plan& plan) : request_(request), plan_(plan) {}

  absl::Status Make() {
    absl::StatusOr<std::vector<std::string>> notes = CheckSweep(plan_.sweep, request_.across);
    if (!notes.ok()) return notes.status();
    plan_.notes = *std::move(notes);
    if (absl::Status status = CheckAcceptanceRun(); !status.ok()) return status;
    plan_.baseline = BaselineOf(plan_.sweep, request_, plan_.notes);
    plan_.points = PoolPoints(plan_.sweep);
    plan_.curves = CurvesOf(plan_.points);
    NotePoints();
    plan_.answers_asked = !request_.slo.empty() || request_.demand || request_.gpu_hour;
    if (absl::Status status = AnswerAll(); !status.ok()) return status;
    ChooseTargets();
    if (!plan_.baseline.empty()) {
      plan_.speedups = SpeedupsOver(plan_.baseline, plan_.curves, plan_.sweep.pairs);
      plan_.projections = ProjectMix(request_, plan_.baseline, plan_.curves);
    }
    plan_.schedules = SchedulesOf(DraftFamiliesOf(plan_.sweep, plan_.baseline), plan_.curves);
    AddStudies();
    AddForms();
    plan_.gate = DecideGate(plan_, request_);
    return absl::OkStatus();
  }

 private:
  // Another drafter's acceptance says nothing of a target.
  absl::Status CheckAcceptanceRun() const {
    if (!request_.al_from) return absl::OkStatus();
    const AcceptanceRun& run = *request_.al_from;
    if (run.measured.verdict == VerdictState::kInvalid) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "--al-from %s: the run is invalid%s: measure your prompts again", run.name,
          run.measured.reasons.empty() ? "" : " (" + run.measured.reasons.front() + ")"));
    }
    if (run.measured.HasLabel(kSyntheticTextLabel)) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "--al-from %s: its prompts are random tokens, whose acceptance says nothing of language: "
          "measure your own prompts",
          run.name));
    }
    std::vector<std::string> why;
    for (const SweepPoint& point : plan_.sweep.points) {
      if (point.state != PointState::kDone) continue;
      const std::string mismatch = AcceptanceMismatch(run.measured.setup, point.measured.setup);
      const bool speculates = point.measured.setup.draft_length.value_or(0) > 0 ||
                              FindMeasured(point.measured.figures, "per_step", "value") != nullptr;
      if (mismatch.empty() && speculates) return absl::OkStatus();
      const std::string text =
          point.key.target + ": " + (mismatch.empty() ? "it does not speculate" : mismatch);
      if (std::find(why.begin(), why.end(), text) == why.end()) why.push_back(text);
    }
    return absl::InvalidArgumentError(
        absl::StrFormat("--al-from %s: was measured with no target of the sweep (%s): measure your "
                        "prompts with one of its servers",
                        run.name, absl::StrJoin(why, "; ")));
  }

  void NoteDrift() {
    for (const SweepTarget& target : plan_.sweep.targets) {
      const bool drifted =
          std::any_of(plan_.points.begin(), plan_.points.end(), [&](const PooledPoint& point) {
            return point.key.target == target.name && point.measured.HasLabel(kDriftLabel);
          });
      if (!drifted) continue;
      plan_.notes.push_back(absl::StrFormat(
          "%s drifted: what was measured again differs beyond noise, so that its figures hold for "
          "the time of their runs alone",
          target.name));
    }
  }

  void NotePoints() {
    NoteDrift();
    constexpr double kDrifted = 2;
    for (const PooledPoint& point : plan_.points) {
      if (point.scale > kDrifted) {
        plan_.notes.push_back(absl::StrFormat(
            "%s: its runs (%s) differ %.1f times as much as their errors explain: the system "
            "drifted, and intervals are widened by as much",
            PointText(point.key), absl::StrJoin(point.runs, ", "), point.scale));
      }
      if (!point.left_out.empty()) {
        plan_.notes.push_back(absl::StrFormat("%s: invalid runs are left out: %s",
                                              PointText(point.key),
                                              absl::StrJoin(point.left_out, ", ")));
      }
    }
  }

  absl::Status AnswerAll() {
    if (!plan_.answers_asked) return absl::OkStatus();
    const bool any_language = std::any_of(plan_.points.begin(), plan_.points.end(), IsLanguage);
    for (const Curve& curve : plan_.curves) {
      const bool language = IsLanguage(*curve.points.front());
      // Random tokens are nobody's traffic; where there is nothing else, they will do for servers
      // whose speed does not depend on the text.
      if (!language && any_language) continue;
      if (!language && Speculates(plan_.sweep, *plan_.sweep.FindTarget(curve.key.target))) {
        plan_.notes.push_back(CurveText(curve.key) +
                              ": no answer, since speculation on random tokens says nothing of "
                              "language");
        plan_.unanswered.push_back(curve.key);
        continue;
      }
      PlannedCurve planned{.answer = AnswerSlo(curve, request_.slo, request_.extrapolate)};
      if (planned.answer.point != nullptr) {
        NoteAnswer(*planned.answer.point, planned.notes);
        if (absl::Status status = AddCapacity(planned); !status.ok()) return status;
      }
      plan_.answers.push_back(std::move(planned));
    }
    return absl::OkStatus();
  }

  // What an answer stands on is not all as it should be.
  static void NoteAnswer(const PooledPoint& point, std::vector<std::string>& notes) {
    const PointMeasurement& measured = point.measured;
    if (measured.verdict == VerdictState::kDegraded) {
      notes.push_back(absl::StrFormat("%s is degraded: %s", PointText(point.key),
                                      absl::StrJoin(measured.reasons, "; ")));
    }
    if (measured.HasLabel(kSaturatedLabel)) {
      notes.push_back(
          absl::StrFormat("%s is saturated: a lower load yields as many tokens, and queues less",
                          PointText(point.key)));
    }
  }

  absl::Status AddCapacity(PlannedCurve& planned) const {
    const absl::StatusOr<Capacity> capacity = CapacityOf(planned.answer);
    if (!capacity.ok()) {
      planned.notes.emplace_back(capacity.status().message());
      return absl::OkStatus();
    }
    planned.capacity = *capacity;
    if (request_.demand) {
      const auto replicas = PlanReplicas(planned.answer, *capacity, *request_.demand);
      if (absl::IsOutOfRange(replicas.status())) return replicas.status();
      if (replicas.ok()) {
        planned.replicas = *replicas;
      } else {
        planned.notes.emplace_back(replicas.status().message());
      }
    }
    planned.sensitivities = SensitivitiesOf(planned.answer, request_.slo, request_.demand);
    AddCost(planned);
    return absl::OkStatus();
  }

  // What a target takes for what it costs.
  static double WorthOf(const PlannedCurve& planned, bool per_gpu) {
    return per_gpu ? *planned.tokens_per_s_per_gpu : planned.capacity->tokens_per_s;
  }

  void ChooseTargets() {
    std::map<std::string, std::vector<PlannedCurve*>> places;
    for (PlannedCurve& planned : plan_.answers) {
      if (!planned.capacity) continue;
      const SweepTarget& target = *plan_.sweep.FindTarget(planned.answer.curve->key.target);
      if (target.gpus) {
        planned.tokens_per_s_per_gpu = planned.capacity->tokens_per_s / *target.gpus;
      }
      places[PlaceText(planned.answer.curve->key)].push_back(&planned);
    }
    for (const auto& [place, all] : places) {
      const bool per_gpu = std::all_of(all.begin(), all.end(), [](const PlannedCurve* planned) {
        return planned->tokens_per_s_per_gpu.has_value();
      });
      const auto best = std::max_element(all.begin(), all.end(), [&](const auto* a, const auto* b) {
        return WorthOf(*a, per_gpu) < WorthOf(*b, per_gpu);
      });
      (*best)->chosen = true;
    }
  }

  void AddCost(PlannedCurve& planned) const {
    if (!request_.gpu_hour) return;
    const SweepTarget& target = *plan_.sweep.FindTarget(planned.answer.curve->key.target);
    if (!target.gpus) {
      planned.notes.push_back(absl::StrFormat(
          "no cost: the sweep does not know the GPUs of %s (specctl sweep --target %s=URL,gpus=8)",
          target.name, target.name));
      return;
    }
    planned.cost =
        CostOf(planned.answer, *request_.gpu_hour, *target.gpus, request_.demand, planned.replicas);
  }

  void AddStudies() {
    for (auto study : {RandomTokenStudy(plan_.sweep, plan_.curves),
                       LongPromptStudy(plan_.sweep, plan_.curves, plan_.speedups),
                       TemperatureStudy(plan_.curves), DrafterStudy(plan_.sweep, plan_.curves)}) {
      if (study) plan_.studies.push_back(*std::move(study));
    }
  }

  void AddForms() {
    for (const DraftSchedule& schedule : plan_.schedules) {
      const SweepTarget& target = *plan_.sweep.FindTarget(schedule.family.members.back().target);
      for (DeploymentForm& form : DraftForms(schedule, target.engine, plan_.notes)) {
        NoteOtherPlaces(schedule, form);
        plan_.forms.push_back(std::move(form));
      }
    }
    if (auto policy = RoutePolicyForm(plan_)) plan_.forms.push_back(*std::move(policy));
    for (const PlannedCurve& planned : plan_.answers) AddScalingForms(planned);
    NumberFiles();
  }

  // Names that differ in signs alone are one file's: the later ones get a number.
  void NumberFiles() {
    std::set<std::string> files;
    for (DeploymentForm& form : plan_.forms) {
      const std::string file = form.file;
      const size_t dot = file.rfind('.');
      for (size_t number = 2; !files.insert(form.file).second; ++number) {
        form.file = absl::StrFormat("%s-%d%s", file.substr(0, dot), number, file.substr(dot));
      }
    }
  }

  // Engines choose by batch size alone: a list that is right for one ISL may be wrong for another.
  void NoteOtherPlaces(const DraftSchedule& schedule, DeploymentForm& form) const {
    for (const DraftSchedule& other : plan_.schedules) {
      const bool same = other.family.drafter == schedule.family.drafter &&
                        other.family.method == schedule.family.method;
      if (!same || schedule.AgreesWith(other)) continue;
      form.notes.push_back(
          absl::StrFormat("for %s the best lengths are others: the engine chooses "
                          "by batch size alone, whatever the prompts",
                          PlaceText(other.place)));
    }
  }

  void AddScalingForms(const PlannedCurve& planned) {
    // Without limits the highest load that was measured is no threshold.
    if (request_.slo.empty() || planned.answer.point == nullptr) return;
    const SweepTarget& target = *plan_.sweep.FindTarget(planned.answer.curve->key.target);
    ScaledDeployment deployment{
        .model = target.model,
        .engine = target.engine,
        .replicas = planned.replicas,
        .replicas_bursty = std::nullopt,
        .urls = std::max<uint32_t>(1, static_cast<uint32_t>(target.urls.size()))};
    for (const Sensitivity& sensitivity : planned.sensitivities) {
      if (sensitivity.key == "bursty_arrivals") deployment.replicas_bursty = sensitivity.replicas;
    }
    if (auto keda = KedaForm(planned.answer, deployment)) plan_.forms.push_back(*std::move(keda));
    for (DeploymentForm& form : LlmdForms(planned.answer, deployment)) {
      plan_.forms.push_back(std::move(form));
    }
  }

  const PlanRequest& request_;
  Plan& plan_;
};

}  // namespace

std::vector<std::string> Plan::unmet() const {
  std::vector<std::string> places;
  std::set<std::string> met;
  for (const PlannedCurve& planned : answers) {
    const std::string place = PlaceText(planned.answer.curve->key);
    if (planned.answer.kind != AnswerKind::kNone) met.insert(place);
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  }
  for (const CurveKey& key : unanswered) {
    const std::string place = PlaceText(key);
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  }
  std::erase_if(places, [&](const std::string& place) { return met.contains(place); });
  return places;
}

bool Plan::gate_holds() const {
  return std::all_of(gate.begin(), gate.end(),
                     [](const GateDecision& each) { return each.decision.holds; });
}

absl::StatusOr<Plan> MakePlan(Sweep joined, const PlanRequest& request) {
  Plan plan;
  plan.sweep = std::move(joined);
  if (absl::Status status = PlanMaker(request, plan).Make(); !status.ok()) return status;
  return plan;
}

}  // namespace specctl
