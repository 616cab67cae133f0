#include <gtest/gtest.h>

#include "common/matrix/matrix.h"
#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

// The counters of ../shared/data/aiperf/minimal/per_category, and what AIPerf 0.13.0 printed of
// them (expected/per_category.accept_length.csv).
TEST(MatrixCsvTest, IsAiperfsToTheByte) {
  std::vector<MatrixRun> runs;
  runs.push_back(testing::MakeRun({.name = "runs/b",
                                   .model = "example/model-b",
                                   .categories = {{"coding", {100, 500, 323}},
                                                  {"math", {200, 1000, 634}},
                                                  {"writing", {100, 500, 130}}}}));
  runs.push_back(testing::MakeRun(
      {.name = "runs/a",
       .model = "example/model-a",
       .categories = {
           {"coding", {100, 300, 200}}, {"math", {100, 300, 127}}, {"writing", {100, 300, 63}}}}));
  const absl::StatusOr<Matrix> matrix = MakeMatrix(runs, {});
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_EQ(MatrixCsv(*matrix),
            "Model,coding,math,writing,Overall\r\n"
            "example/model-a,3.00,2.27,1.63,2.30\r\n"
            "example/model-b,4.23,4.17,2.30,3.57\r\n");
}

TEST(MatrixCsvTest, NamesAreQuotedAndWhatIsNotAiperfsIsNamed) {
  const std::vector<MatrixRun> runs = {testing::MixedRun("runs/a", "a, \"b\"")};
  const absl::StatusOr<Matrix> matrix = MakeMatrix(runs, {.metric = MatrixMetric::kPerStep});
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_EQ(MatrixCsv(*matrix),
            "Model (per_step),coding,math,Overall\r\n\"a, \"\"b\"\"\",2.00,1.50,1.75\r\n");
}

TEST(MatrixCsvTest, BuiltinPromptsMarkTheirRow) {
  MatrixRun run = testing::MixedRun("runs/a", "m");
  run.results.spec.dataset.builtin = true;
  run.results.spec.dataset.name = "builtin";
  const absl::StatusOr<Matrix> matrix = MakeMatrix(std::vector<MatrixRun>{run}, {});
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_NE(MatrixCsv(*matrix).find("\r\nm (builtin),3.00"), std::string::npos);
}

}  // namespace
}  // namespace specctl
