#include "common/matrix/matrix.h"

#include <gmock/gmock.h>

#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MixedRun;
using testing::OneCategory;

Matrix Made(const std::vector<MatrixRun>& runs, const MatrixRequest& request = {}) {
  absl::StatusOr<Matrix> matrix = MakeMatrix(runs, request);
  EXPECT_TRUE(matrix.ok()) << matrix.status();
  return matrix.ok() ? *std::move(matrix) : Matrix{};
}

TEST(MatrixTest, OneMixedRunGivesEveryCategoryAndBothOveralls) {
  const Matrix matrix = Made({MixedRun("runs/a", "m")});
  EXPECT_THAT(matrix.columns, ElementsAre("coding", "math"));
  ASSERT_EQ(matrix.rows.size(), 1u);
  const MatrixRow& row = matrix.rows[0];
  EXPECT_EQ(row.name, "m");
  EXPECT_DOUBLE_EQ(*row.cells.at("coding").value, 3);
  EXPECT_DOUBLE_EQ(*row.cells.at("math").value, 2);
  EXPECT_DOUBLE_EQ(*row.overall, 2.5);             // each category weighs the same
  EXPECT_DOUBLE_EQ(*row.pooled, 1 + 500.0 / 400);  // each draft does
}

TEST(MatrixTest, ElevenRunsGiveTheSameMatrixAsOne) {
  const Matrix one = Made({MixedRun("runs/a", "m")});
  const Matrix apart = Made({OneCategory("runs/math", "math", {300, 750, 300}),
                             OneCategory("runs/coding", "coding", {100, 300, 200})});
  EXPECT_EQ(MatrixCsv(apart), MatrixCsv(one));
  EXPECT_EQ(apart.rows[0].pooled, one.rows[0].pooled);
}

TEST(MatrixTest, EachMetricHasItsOwnNumerator) {
  const std::vector<MatrixRun> runs = {MixedRun("runs/a", "m")};
  const auto coding = [&](MatrixMetric metric) {
    return *Made(runs, {.metric = metric}).rows[0].cells.at("coding").value;
  };
  EXPECT_DOUBLE_EQ(coding(MatrixMetric::kAcceptLength), 3);
  EXPECT_DOUBLE_EQ(coding(MatrixMetric::kPerStep), 2);
  EXPECT_DOUBLE_EQ(coding(MatrixMetric::kDelivered), 1.9);
  EXPECT_DOUBLE_EQ(coding(MatrixMetric::kAcceptRate), 2.0 / 3);
  // Drafted tokens weigh a rate.
  EXPECT_DOUBLE_EQ(*Made(runs, {.metric = MatrixMetric::kAcceptRate}).rows[0].pooled, 500.0 / 1050);
}

TEST(MatrixTest, ColumnsStandInSpeedBenchsOrder) {
  const Matrix matrix = Made({testing::MakeRun({.categories = {{"writing", {1, 3, 1}},
                                                               {"qa", {1, 3, 1}},
                                                               {"stem", {1, 3, 1}},
                                                               {"coding", {1, 3, 1}}}})});
  EXPECT_THAT(matrix.columns, ElementsAre("coding", "qa", "stem", "writing"));
  const Matrix tiers = Made({testing::MakeRun({.dataset = "speed_bench_throughput_1k",
                                               .categories = {{"high_entropy", {1, 3, 1}},
                                                              {"low_entropy", {1, 3, 1}},
                                                              {"mixed", {1, 3, 1}}},
                                               .by = Dimension::kTier})},
                            {.by = MatrixBy::kTier});
  EXPECT_THAT(tiers.columns, ElementsAre("low_entropy", "mixed", "high_entropy"));
  const Matrix own = Made({testing::MakeRun(
      {.dataset = "mine", .categories = {{"zebra", {1, 3, 1}}, {"coding", {1, 3, 1}}}})});
  EXPECT_THAT(own.columns, ElementsAre("coding", "zebra"));
}

TEST(MatrixTest, ThroughputIsOfRunsOfOneCategoryAlone) {
  const Matrix one = Made({OneCategory("runs/c", "coding", {100, 300, 200}),
                           OneCategory("runs/m", "math", {300, 750, 300})},
                          {.metric = MatrixMetric::kThroughput});
  EXPECT_EQ(one.request.metric, MatrixMetric::kThroughput);
  EXPECT_DOUBLE_EQ(*one.rows[0].cells.at("coding").value, 1234.5);
  // Throughputs of several runs were never there together.
  EXPECT_FALSE(one.rows[0].pooled);

  const Matrix mixed = Made({MixedRun("runs/a", "m")}, {.metric = MatrixMetric::kThroughput});
  EXPECT_EQ(mixed.request.metric, MatrixMetric::kUserTps);
  EXPECT_DOUBLE_EQ(*mixed.rows[0].cells.at("coding").value, 100);
  EXPECT_THAT(MatrixCsv(mixed), HasSubstr("Model (user_tps),coding"));
}

TEST(MatrixTest, AnInvalidRunHasNoRatesAndKeepsItsAcceptance) {
  MatrixRun run = OneCategory("runs/c", "coding", {100, 300, 200});
  run.results.verdict.state = VerdictState::kInvalid;
  const auto matrix =
      MakeMatrix(std::vector<MatrixRun>{run}, {.metric = MatrixMetric::kThroughput});
  EXPECT_THAT(std::string(matrix.status().message()), HasSubstr("the run is invalid"));
  EXPECT_THAT(Made({run}).notes, Contains(HasSubstr("runs/c is invalid")));
}

TEST(MatrixTest, AMissingCategoryIsEmptyAndOverallSaysSo) {
  const Matrix matrix =
      Made({MixedRun("runs/a", "a"), testing::MakeRun({.name = "runs/b",
                                                       .model = "b",
                                                       .dataset = "speed_bench_coding",
                                                       .categories = {{"coding", {10, 30, 10}}}})});
  EXPECT_EQ(MatrixCsv(matrix), "Model,coding,math,Overall\r\na,3.00,2.00,2.50\r\nb,2.00,,2.00\r\n");
  EXPECT_THAT(matrix.notes, ElementsAre(AllOf(HasSubstr("Overall of b is of 1 of 2 columns"))));
}

TEST(MatrixTest, WithoutAnyValueTheReasonIsTheError) {
  MatrixRun run = MixedRun("runs/a", "m");
  for (CrossCell& cell : run.results.cells) {
    cell.acceptance->per_draft.reset();
    cell.acceptance->source = AcceptanceSource::kChunks;
  }
  run.results.acceptance_sources[0].source = AcceptanceSource::kChunks;
  const auto matrix = MakeMatrix(std::vector<MatrixRun>{run}, {});
  EXPECT_EQ(matrix.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(matrix.status().message()),
              AllOf(HasSubstr("--matrix accept_length"),
                    HasSubstr("all of m: chunks don't tell drafts from steps")));
  // What chunks do tell.
  EXPECT_DOUBLE_EQ(*Made({run}, {.metric = MatrixMetric::kPerStep}).rows[0].overall, 1.75);
}

TEST(MatrixTest, ARunWithoutTheColumnIsRefusedByName) {
  const auto tiers =
      MakeMatrix(std::vector<MatrixRun>{MixedRun("runs/a", "m")}, {.by = MatrixBy::kTier});
  EXPECT_EQ(tiers.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(tiers.status().message()),
              HasSubstr("runs/a: its requests have no tier (dataset speed_bench_qualitative)"));
}

}  // namespace
}  // namespace specctl
