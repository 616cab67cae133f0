#include "common/planning/point_measurement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/compare/steady_runs.h"
#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

TEST(PointMeasurementTest, HasTheFiguresThatCompareTakes) {
  const RunSample sample = SteadyRun({.seed = 1});
  const MeasuredRun run = MeasureRun(sample);
  const PointMeasurement point = MeasurePoint(run);
  for (const std::string_view key : {"output_tps", "user_tps", "ttft_ms", "itl_ms", "failed"}) {
    const MeasuredFigure* const kept = FindMeasured(point.figures, key);
    ASSERT_NE(kept, nullptr) << key;
    const MeasuredStatistic& first = kept->statistics.front();
    const Measured& of_run = FindMeasured(run.figures, key)->Find(first.key)->measured;
    EXPECT_EQ(first.measured.value, of_run.value) << key;
    EXPECT_EQ(first.measured.Low(kZ95), of_run.Low(kZ95)) << key;
  }
  EXPECT_EQ(FindMeasured(point.figures, "ttft_ms")->Find("max"), nullptr);
  EXPECT_NE(FindMeasured(point.figures, "ttft_ms")->Find("p95"), nullptr);
  EXPECT_EQ(point.hold_s, sample.results.hold->length_s);
}

TEST(PointMeasurementTest, KeepsTheMostThatRanAtOnce) {
  const RunSample sample = SteadyRun({.seed = 1});
  MeasuredRun run = MeasureRun(sample);
  std::erase_if(run.figures, [](const MeasuredFigure& figure) {
    return figure.figure->key == "servers_running";
  });
  SetFigure("servers_running", "mean", MeasuredAs(7, 1), run.figures);
  SetFigure("servers_running", "max", MeasuredAs(8, 0), run.figures);
  SetFigure("servers_running", "min", MeasuredAs(6, 0), run.figures);
  const PointMeasurement point = MeasurePoint(run);
  const MeasuredFigure* const running = FindMeasured(point.figures, "servers_running");
  ASSERT_NE(running, nullptr);
  ASSERT_NE(running->Find("max"), nullptr);
  EXPECT_EQ(running->Find("max")->measured.value, 8);
  EXPECT_EQ(running->Find("min"), nullptr);
}

TEST(PointMeasurementTest, KeepsSlicesByCategoryAlone) {
  const RunSample sample = SteadyRun({.seed = 1});
  const PointMeasurement point = MeasurePoint(MeasureRun(sample));
  ASSERT_EQ(point.slices.size(), 2u);
  EXPECT_EQ(point.slices[0].key, "coding");
  EXPECT_NE(FindMeasured(point.slices[0].figures, "user_tps")->Find("mean"), nullptr);
}

TEST(PointMeasurementTest, SaysWhatServedAndWhatWasAsked) {
  const RunSample sample = SteadyRun({.seed = 1});
  const PointSetup setup = MeasurePoint(MeasureRun(sample)).setup;
  EXPECT_EQ(setup.model, "toy");
  EXPECT_THAT(setup.engine, ::testing::EndsWith(" 1.0"));
  EXPECT_EQ(setup.dataset, "steady");
  EXPECT_EQ(setup.draft_length, std::nullopt);
}

}  // namespace
}  // namespace specctl::testing
