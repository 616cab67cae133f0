#include "common/matrix/matrix_request.h"

#include <gmock/gmock.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(MatrixRequestTest, EachNameIsReadBack) {
  for (const MatrixMetric metric :
       {MatrixMetric::kAcceptLength, MatrixMetric::kPerStep, MatrixMetric::kDelivered,
        MatrixMetric::kAcceptRate, MatrixMetric::kThroughput}) {
    EXPECT_EQ(*ParseMatrixMetric(MatrixMetricName(metric)), metric);
  }
  for (const MatrixBy by : {MatrixBy::kCategory, MatrixBy::kTier, MatrixBy::kIsl}) {
    EXPECT_EQ(*ParseMatrixBy(MatrixByName(by)), by);
  }
  EXPECT_EQ(ParseMatrixRows("tag:build")->tag, "build");
  EXPECT_EQ(MatrixRowsName(*ParseMatrixRows("tag:build")), "build");
  EXPECT_EQ(MatrixRowsName(*ParseMatrixRows("target")), "Target");
}

TEST(MatrixRequestTest, AWrongNameIsRefusedWithItsFlag) {
  EXPECT_THAT(std::string(ParseMatrixMetric("accept_lenght").status().message()),
              HasSubstr("--matrix: need one of accept_length, per_step, delivered, accept_rate, "
                        "throughput; got \"accept_lenght\"; did you mean accept_length?"));
  // What throughput comes to is not a choice.
  EXPECT_FALSE(ParseMatrixMetric("user_tps").ok());
  EXPECT_THAT(std::string(ParseMatrixBy("turn").status().message()),
              HasSubstr("--by: need one of category, tier, isl"));
  EXPECT_THAT(std::string(ParseMatrixRows("tag:").status().message()),
              HasSubstr("--rows: need one of model, target, tag:KEY"));
}

}  // namespace
}  // namespace specctl
