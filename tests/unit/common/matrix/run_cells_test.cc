#include "common/matrix/run_cells.h"

#include <gmock/gmock.h>

#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

using testing::CountersOnly;
using ::testing::HasSubstr;
using testing::MixedRun;
using testing::OneCategory;

RunCells CellsOf(const MatrixRun& run, const MatrixRequest& request = {}) {
  absl::StatusOr<RunCells> cells = ColumnsOfRun(run, request);
  EXPECT_TRUE(cells.ok()) << cells.status();
  AddCells(request, *cells);
  return *std::move(cells);
}

TEST(RunCellsTest, CountersTellOfARunOfOneCategoryAlone) {
  MatrixRun one = OneCategory("runs/a", "coding", {1, 3, 1});
  CountersOnly({100, 300, 230}, one);
  const MatrixCell cell = CellsOf(one).cells[0].cell;
  EXPECT_DOUBLE_EQ(*cell.value, 3.3);
  EXPECT_EQ(cell.source, "counters");

  MatrixRun mixed = MixedRun("runs/b", "m");
  CountersOnly({100, 300, 230}, mixed);
  EXPECT_FALSE(CellsOf(mixed).cells[0].cell.value);
}

TEST(RunCellsTest, RowsWithoutACategoryMakeARunMixed) {
  MatrixRun run = OneCategory("runs/a", "coding", {1, 3, 1});
  EXPECT_TRUE(CellsOf(run).one_column);
  // One more request, in no category's slice.
  run.results.conservation.sent += 1;
  CountersOnly({100, 300, 230}, run);
  EXPECT_FALSE(CellsOf(run).one_column);
  EXPECT_FALSE(CellsOf(run).cells[0].cell.value);
}

TEST(RunCellsTest, CountersOfOthersTrafficOrOfAPartAreNoSource) {
  MatrixRun run = OneCategory("runs/a", "coding", {1, 3, 1});
  CountersOnly({100, 300, 230}, run);
  run.results.servers->complete = false;
  EXPECT_FALSE(CellsOf(run).cells[0].cell.value);
  run.results.servers->complete = true;
  run.results.verdict.labels = {{.code = Label::kOtherTraffic, .text = ""}};
  EXPECT_FALSE(CellsOf(run).cells[0].cell.value);
}

TEST(RunCellsTest, ReplicasOfOneModelArePooledByTheirDrafts) {
  MatrixRun run = OneCategory("runs/a", "coding", {100, 300, 100});
  CrossCell second = run.results.cells[0];
  second.target = 1;
  second.acceptance = testing::FiguresOf({300, 900, 600});
  run.results.cells.push_back(second);
  const RunCells cells = CellsOf(run);
  ASSERT_EQ(cells.cells.size(), 1u);
  EXPECT_DOUBLE_EQ(*cells.cells[0].cell.value, 1 + 700.0 / 400);
  EXPECT_DOUBLE_EQ(cells.cells[0].cell.weight, 400);
}

TEST(RunCellsTest, ACellOfAFewOfItsRequestsIsEmpty) {
  MatrixRun run = OneCategory("runs/a", "coding", {100, 300, 100});
  run.results.cells[0].acceptance->source_share = 0.5;
  const MatrixCell cell = CellsOf(run).cells[0].cell;
  EXPECT_FALSE(cell.value);
  EXPECT_THAT(cell.why_none, HasSubstr("only 50 % of the requests"));
}

TEST(RunCellsTest, ThroughputOfSeveralTargetsIsOfNoneOfThem) {
  MatrixRun run = OneCategory("runs/a", "coding", {100, 300, 100});
  run.results.spec.targets.push_back({.url = "http://i:8000"});
  CrossCell second = run.results.cells[0];
  second.target = 1;
  run.results.cells.push_back(second);
  const MatrixRequest by_model{.metric = MatrixMetric::kThroughput};
  EXPECT_DOUBLE_EQ(*CellsOf(run, by_model).cells[0].cell.value, 1234.5);
  const MatrixRequest by_target{.metric = MatrixMetric::kThroughput,
                                .rows = {.kind = MatrixRows::Kind::kTarget, .tag = {}}};
  const MatrixCell cell = CellsOf(run, by_target).cells[0].cell;
  EXPECT_FALSE(cell.value);
  EXPECT_THAT(cell.why_none, HasSubstr("all the run's rows together"));
}

TEST(RunCellsTest, TheModelIsTheServersWhereNoRequestNamesOne) {
  MatrixRun run = OneCategory("runs/a", "coding", {100, 300, 100});
  run.results.cells[0].model.clear();
  EXPECT_EQ(CellsOf(run).cells[0].row, "m");
  run.results.targets.clear();
  EXPECT_EQ(CellsOf(run).cells[0].row, "unknown");
}

TEST(RunCellsTest, ControlCharactersOfNamesStayOutOfTheTable) {
  MatrixRun run = OneCategory("runs/a", "coding", {100, 300, 100});
  run.results.cells[0].model = "m\x1b[31m";
  EXPECT_EQ(CellsOf(run).cells[0].row, "m?[31m");
}

}  // namespace
}  // namespace specctl
