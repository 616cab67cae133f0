#include "common/compare/measured_figure.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(MeasuredFigureTest, FiguresAndTheirStatisticsAreFoundByKey) {
  const FigureName ttft = {.key = "ttft_ms", .label = "TTFT ms"};
  const MeasuredFigures figures = {{.figure = &ttft,
                                    .statistics = {{.key = "mean", .measured = {.value = 3}},
                                                   {.key = "p99", .measured = {.value = 9}}}}};
  const MeasuredFigure* const found = FindMeasured(figures, "ttft_ms");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->Find("p99")->measured.value, 9);
  EXPECT_EQ(found->Find("p50"), nullptr);
  EXPECT_EQ(FindMeasured(figures, "itl_ms"), nullptr);
}

}  // namespace
}  // namespace specctl
