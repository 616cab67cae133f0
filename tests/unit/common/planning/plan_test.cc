#include "common/planning/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/planning/plan_gate.h"
#include "common/planning/sweep_json.h"
#include "tests/unit/common/planning/planned_sweep.h"
#include "tests/unit/common/report/golden.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class PlanTest : public ::testing::Test {
 protected:
  Plan Make() {
    absl::StatusOr<Plan> plan = MakePlan(made_.sweep(), request_);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return *std::move(plan);
  }
  void Require(std::string_view text) {
    request_.requirements = *ParseConditions(text, PlanFigures());
  }

  HandMadeSweep made_ = PlannedSweep();
  PlanRequest request_;
};

TEST_F(PlanTest, EverythingOnAPage) {
  request_.slo = *ParseConditions("ttft_p95 <= 2s, user_tps_p10 >= 20");
  request_.demand = *ParseDemand("4000tps");
  request_.gpu_hour = 2.40;
  request_.mix = *ParseMix("coding=0.4,roleplay=0.6");
  Require("speedup >= 1.05, replicas <= 4");
  const Plan plan = Make();
  ExpectGoldenIn("planning", "page.txt", PlanText(plan, request_));
  ExpectGoldenIn("planning", "plan.json", PlanJson(plan, request_));
}

TEST_F(PlanTest, AnswersEachTargetOnLanguageAlone) {
  request_.slo = *ParseConditions("ttft_p95 <= 2s, user_tps_p10 >= 20");
  const Plan plan = Make();
  ASSERT_EQ(plan.answers.size(), 3u);
  // 0.8 x User TPS at its bound is 20 or more: off and dl1 at 64, dl3 at 64 (26.4).
  for (const PlannedCurve& planned : plan.answers) {
    EXPECT_EQ(planned.answer.point->key.load.level, 64) << planned.answer.reason;
  }
  EXPECT_EQ(plan.baseline, "off");
  EXPECT_TRUE(plan.unmet().empty());
}

TEST_F(PlanTest, ChoosesTheTargetThatTakesMostPerGpu) {
  request_.slo = *ParseConditions("ttft_p95 <= 2s, user_tps_p10 >= 20");
  const auto chosen = [&] {
    std::vector<std::string> targets;
    const Plan plan = Make();
    for (const PlannedCurve& planned : plan.answers) {
      if (planned.chosen) targets.push_back(planned.answer.curve->key.target);
    }
    return targets;
  };
  EXPECT_THAT(chosen(), ElementsAre("dl1"));
  made_.sweep().targets[1].gpus = 16;  // the drafter needs a second machine
  EXPECT_THAT(chosen(), ElementsAre("dl3"));
}

TEST_F(PlanTest, MetByNoneIsUnmetWithItsReason) {
  request_.slo = *ParseConditions("ttft_p95 <= 1ms");
  const Plan plan = Make();
  EXPECT_THAT(plan.unmet(), ElementsAre("throughput_1k"));
  EXPECT_THAT(plan.answers[0].answer.reason, HasSubstr("bs 1 ttft_p95 <= 1ms: 100"));
  EXPECT_THAT(PlanText(plan, request_), ::testing::StartsWith("NO "));
}

TEST_F(PlanTest, MetByAllIsAtLeast) {
  request_.slo = *ParseConditions("ttft_p95 <= 1min");
  EXPECT_THAT(PlanText(Make(), request_), HasSubstr("at least bs 256"));
}

TEST_F(PlanTest, AGateIsDecidedAtTheAnswers) {
  request_.slo = *ParseConditions("user_tps_p10 >= 20");
  Require("speedup >= 1.15");
  const Plan plan = Make();
  ASSERT_EQ(plan.gate.size(), 2u);
  EXPECT_EQ(plan.gate[0].where, "dl1 at bs 64, throughput_1k");
  EXPECT_TRUE(plan.gate[0].decision.holds) << plan.gate[0].decision.reason;
  EXPECT_FALSE(plan.gate[1].decision.holds) << "dl3 gains 10 %";
  EXPECT_THAT(plan.gate[1].decision.reason, HasSubstr("lower 95 % bound 1.07"));
  EXPECT_FALSE(plan.gate_holds());
}

TEST_F(PlanTest, WithoutLimitsAGateIsAboutEveryPoint) {
  Require("speedup >= 0.5, output_tps >= -60%");
  const Plan plan = Make();
  // 10 speedups; dl1 and dl3 at 5 loads each, and dl3 on random tokens.
  EXPECT_EQ(plan.gate.size(), 21u);
  EXPECT_TRUE(plan.gate_holds());
}

TEST_F(PlanTest, AGateOnAnInvalidPointDoesNotHold) {
  made_.sweep();
  Sweep sweep = made_.sweep();
  sweep.points.front().measured.verdict = VerdictState::kInvalid;
  Require("output_tps >= 1");
  const Plan plan = *MakePlan(sweep, request_);
  EXPECT_FALSE(plan.gate_holds());
  EXPECT_EQ(plan.gate[0].decision.reason, "it is invalid");
}

TEST_F(PlanTest, AcceptanceOnRandomTokensIsNotDecided) {
  Sweep sweep = made_.sweep();
  SetFigure("per_step", "value", MeasuredAs(3.9, 0.01), sweep.points.back().measured.figures);
  Require("per_step >= 1.5");
  const Plan plan = *MakePlan(sweep, request_);
  for (const GateDecision& each : plan.gate) {
    EXPECT_THAT(each.where, Not(HasSubstr("random_1k")));
  }
}

TEST_F(PlanTest, SpeedupsOfSkippedPointsAreNotDecided) {
  Sweep sweep = made_.sweep();
  for (SweepPoint& point : sweep.points) {
    if (point.key.target != "dl3" || point.key.load.level != 256) continue;
    point.state = PointState::kSkipped;
    point.measured = {};
  }
  Require("speedup >= 0.5");
  const Plan plan = *MakePlan(sweep, request_);
  EXPECT_EQ(plan.gate.size(), 9u);
  EXPECT_TRUE(plan.gate_holds());
}

TEST_F(PlanTest, AnAnswerWithoutASpeedupDoesNotHold) {
  Sweep sweep = made_.sweep();
  std::erase_if(sweep.points, [](const SweepPoint& point) {
    return point.key.target == "off" && point.key.load.level == 64;
  });
  request_.slo = *ParseConditions("user_tps_p10 >= 20");
  Require("speedup >= 0.5");
  const Plan plan = *MakePlan(sweep, request_);
  ASSERT_EQ(plan.gate.size(), 2u);
  EXPECT_EQ(plan.gate[0].decision.reason, "off was not measured there");
  EXPECT_FALSE(plan.gate_holds());
}

TEST_F(PlanTest, AGateOfNothingDoesNotHold) {
  Require("projected_speedup >= 1.1");
  const Plan plan = Make();
  EXPECT_FALSE(plan.gate_holds());
  EXPECT_EQ(plan.gate[0].decision.reason, "nothing was projected: give --mix or --al-from");
}

TEST_F(PlanTest, WithTwoTargetsWithoutSpeculationTheBaselineIsNamed) {
  made_.AddTarget({.name = "off2", .speculation_method = "none"});
  made_.AddPoint("off2", 1);
  EXPECT_THAT(Make().notes.at(0), HasSubstr("(off, off2); name the baseline with --baseline"));
  EXPECT_TRUE(Make().speedups.empty());
  request_.baseline = "off2";
  EXPECT_EQ(Make().speedups.size(), 3u);
}

TEST_F(PlanTest, AnotherDraftersAcceptanceIsRefused) {
  request_.al_from = AcceptanceRun{.name = "mine", .measured = {}};
  request_.al_from->measured.setup.draft_length = 5;
  const absl::Status status = MakePlan(made_.sweep(), request_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("dl3: draft length 5 against 3"));
}

TEST_F(PlanTest, RandomTokensGiveNoAcceptance) {
  request_.al_from = AcceptanceRun{.name = "mine", .measured = {}};
  request_.al_from->measured.setup = made_.sweep().points.back().measured.setup;
  request_.al_from->measured.labels = {"synthetic_text"};
  EXPECT_THAT(std::string(MakePlan(made_.sweep(), request_).status().message()),
              HasSubstr("its prompts are random tokens"));
  request_.al_from->measured.labels.clear();
  request_.al_from->measured.verdict = VerdictState::kInvalid;
  EXPECT_THAT(std::string(MakePlan(made_.sweep(), request_).status().message()),
              HasSubstr("the run is invalid"));
}

TEST_F(PlanTest, ATargetThatWasNotMeasuredIsNoBaseline) {
  made_.AddTarget({.name = "off2"});
  EXPECT_EQ(Make().baseline, "off");
}

TEST_F(PlanTest, DriftAndWhatAnAnswerStandsOnAreNoted) {
  request_.slo = *ParseConditions("ttft_p95 <= 2s, user_tps_p10 >= 20");
  Sweep sweep = made_.sweep();
  for (SweepPoint& point : sweep.points) {
    if (point.key.target != "dl1") continue;
    point.measured.labels = {"drift", "saturated"};
    point.measured.verdict = VerdictState::kDegraded;
    point.measured.reasons = {"an agent was throttled"};
  }
  const Plan plan = *MakePlan(sweep, request_);
  EXPECT_THAT(plan.notes, ::testing::Contains(HasSubstr("dl1 drifted")));
  EXPECT_THAT(plan.answers[1].notes, ElementsAre(HasSubstr("is degraded: an agent was throttled"),
                                                 HasSubstr("is saturated")));
}

TEST_F(PlanTest, SpeculationOnRandomTokensAloneIsUnmet) {
  Sweep sweep = made_.sweep();
  std::erase_if(sweep.points, [](const SweepPoint& point) {
    return point.key.dataset != "random_1k" || point.key.target == "off";
  });
  request_.slo = *ParseConditions("output_tps >= 100");
  const Plan plan = *MakePlan(sweep, request_);
  EXPECT_TRUE(plan.answers.empty());
  EXPECT_THAT(plan.unmet(), ElementsAre("random_1k"));
}

TEST_F(PlanTest, RandomTokensAloneAnswerOnlyWithoutSpeculation) {
  made_.sweep();
  Sweep sweep = made_.sweep();
  std::erase_if(sweep.points,
                [](const SweepPoint& point) { return point.key.dataset != "random_1k"; });
  request_.slo = *ParseConditions("output_tps >= 100");
  const Plan plan = *MakePlan(sweep, request_);
  ASSERT_EQ(plan.answers.size(), 1u);
  EXPECT_EQ(plan.answers[0].answer.curve->key.target, "off");
}

TEST_F(PlanTest, EveryFigureNamesItsRuns) {
  request_.slo = *ParseConditions("ttft_p95 <= 2s");
  request_.mix = *ParseMix("coding=1");
  const Plan plan = Make();
  for (const SpeedupCurve& curve : plan.speedups) {
    for (const SpeedupCell& cell : curve.cells) EXPECT_TRUE(!cell.runs.empty() || !cell.speedup);
  }
  for (const DraftSchedule& schedule : plan.schedules) {
    for (const DraftChoice& choice : schedule.choices) EXPECT_FALSE(choice.runs.empty());
  }
  for (const MixProjection& projection : plan.projections) EXPECT_FALSE(projection.runs.empty());
  for (const StudyTable& study : plan.studies) {
    for (const StudyRow& row : study.rows) EXPECT_FALSE(row.runs.empty());
  }
  for (const DeploymentForm& form : plan.forms) EXPECT_FALSE(form.runs.empty()) << form.file;
  EXPECT_THAT(PlanText(plan, request_), Not(HasSubstr("[]")));
}

}  // namespace
}  // namespace specctl::testing
