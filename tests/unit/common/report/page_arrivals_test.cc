#include "common/report/page_arrivals.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(PageArrivalsTest, PlannedAndAchievedStandSideBySide) {
  Results results;
  EXPECT_EQ(ArrivalLines(results), "");
  ArrivalFigures& arrivals = results.arrivals.emplace();
  arrivals.planned = 1'212;
  arrivals.begun = 1'200;
  arrivals.shed = 12;
  arrivals.planned_per_s = 20.2;
  arrivals.achieved_per_s = 20;
  arrivals.lateness_ms = Distribution{.count = 1'200, .max = 4, .p50 = 0.05, .p99 = 0.4};
  arrivals.dispersion = {{.window_s = 1,
                          .windows = 60,
                          .index = 1.034,
                          .expected = DispersionRange{.low = 0.674, .high = 1.39}}};
  arrivals.gaps = GoodnessOfFit{.distance = 0.021, .p_value = 0.43};
  EXPECT_EQ(ArrivalLines(results),
            "arrivals  planned 20.20/s, achieved 20.00/s   1,200 of 1,212 begun   12 shed\n"
            "          late by p50 0.0500 ms, p99 0.400, max 4.00\n"
            "arrivals  dispersion 1.03 at 1.00 s (0.67 .. 1.39)   gaps fit exponential: distance "
            "0.021, p 0.430\n");
}

TEST(PageArrivalsTest, ConstantArrivalsHaveNoPoissonRange) {
  Results results;
  ArrivalFigures& arrivals = results.arrivals.emplace();
  arrivals.planned = arrivals.begun = 600;
  arrivals.planned_per_s = arrivals.achieved_per_s = 10;
  arrivals.dispersion = {{.window_s = 5, .windows = 12, .index = 0, .expected = std::nullopt}};
  EXPECT_EQ(ArrivalLines(results),
            "arrivals  planned 10.00/s, achieved 10.00/s   600 of 600 begun\n"
            "arrivals  dispersion 0.00 at 5.00 s\n");
}

}  // namespace
}  // namespace specctl
