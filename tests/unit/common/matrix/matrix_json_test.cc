#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "common/matrix/matrix.h"
#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

TEST(MatrixJsonTest, EachCellSaysWhereItIsFrom) {
  MatrixRun run = testing::MixedRun("runs/a", "m");
  run.results.cells[1].acceptance.reset();
  const absl::StatusOr<Matrix> matrix = MakeMatrix(std::vector<MatrixRun>{run}, {});
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  const boost::json::value json = boost::json::parse(MatrixJson(*matrix));
  EXPECT_EQ(json.at("metric").as_string(), "accept_length");
  EXPECT_EQ(json.at("columns").as_array().size(), 2u);
  const boost::json::value& row = json.at("rows").at(0);
  EXPECT_EQ(row.at("overall").to_number<double>(), 3);
  EXPECT_EQ(row.at("overall_columns").as_int64(), 1);
  const boost::json::value& coding = row.at("cells").at("coding");
  EXPECT_EQ(coding.at("value").to_number<double>(), 3);
  EXPECT_EQ(coding.at("drafts").to_number<double>(), 100);
  EXPECT_EQ(coding.at("source").as_string(), "per_request");
  EXPECT_EQ(coding.at("run").as_string(), "runs/a");
  const boost::json::object& math = row.at("cells").at("math").as_object();
  EXPECT_FALSE(math.contains("value"));
  EXPECT_TRUE(math.contains("why_none"));
  EXPECT_EQ(json.at("runs").at(0).at("sha256").as_string(), "5ha");
}

}  // namespace
}  // namespace specctl
