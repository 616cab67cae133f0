#include "common/analysis/window_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

constexpr int64_t kMillisecondNs = 1'000'000;

TEST(WindowTableTest, MeanSlotsIsTheTimeThatWindowsOverlap) {
  WindowTable table;
  table.AddEdge(&Window::in_flight, 500 * kMillisecondNs, 1);
  table.AddEdge(&Window::in_flight, 1'250 * kMillisecondNs, 1);
  table.AddEdge(&Window::in_flight, 3'100 * kMillisecondNs, -1);
  table.AddEdge(&Window::in_flight, 1'750 * kMillisecondNs, -1);
  const std::vector<double> means = table.MeanSlots(&Window::in_flight);
  ASSERT_GE(means.size(), 4u);
  EXPECT_DOUBLE_EQ(means[0], 0.5);
  EXPECT_DOUBLE_EQ(means[1], 1.5);
  EXPECT_DOUBLE_EQ(means[2], 1.0);
  EXPECT_DOUBLE_EQ(means[3], 0.1);
}

TEST(WindowTableTest, QuantilesComeWhenAWindowIsClosed) {
  WindowTable table;
  for (int i = 1; i <= 100; ++i) {
    table.At(200 * kMillisecondNs);
    table.AddStepLatency(200 * kMillisecondNs, i * 1'000);
  }
  table.CloseBefore(999 * kMillisecondNs);
  EXPECT_FALSE(table.windows()[0].step_p50_ns.has_value());
  table.CloseBefore(1'000 * kMillisecondNs);
  EXPECT_EQ(table.windows()[0].step_p50_ns, 50'000);
  EXPECT_NEAR(static_cast<double>(*table.windows()[0].step_p99_ns), 99'000, 50);
  EXPECT_EQ(table.closed(), 1u);
}

TEST(WindowTableTest, AClosedWindowTakesCountsButNoMoreLatencies) {
  WindowTable table;
  table.CloseBefore(2'000 * kMillisecondNs);
  table.At(500 * kMillisecondNs).output_tokens += 3;
  table.AddStepLatency(500 * kMillisecondNs, 1'000);
  EXPECT_EQ(table.windows()[0].output_tokens, 3u);
  EXPECT_FALSE(table.windows()[0].step_p50_ns.has_value());
  EXPECT_EQ(table.MergeRecent().values.step.count(), 0u);
}

TEST(WindowTableTest, RecentAreTheLastTenClosed) {
  WindowTable table;
  for (int64_t second = 0; second < 20; ++second) {
    table.At(second * kSecondNs);
    table.AddStepLatency(second * kSecondNs, (second + 1) * kMillisecondNs);
  }
  table.CloseBefore(15 * kSecondNs);
  const WindowTable::Recent recent = table.MergeRecent();
  EXPECT_EQ(recent.windows, 10u);
  EXPECT_EQ(recent.values.step.count(), 10u);
  EXPECT_EQ(recent.values.step.min(), Nanos(6 * kMillisecondNs));
  EXPECT_EQ(recent.values.step.max(), Nanos(15 * kMillisecondNs));
}

TEST(WindowTableTest, RecentSlotsAreTheMeanOfTheirWindows) {
  WindowTable table;
  table.AddEdge(&Window::in_flight, 500 * kMillisecondNs, 1);
  table.AddEdge(&Window::in_flight, 1'250 * kMillisecondNs, 1);
  table.AddEdge(&Window::in_flight, 1'750 * kMillisecondNs, -1);
  table.CloseBefore(1 * kSecondNs);
  EXPECT_DOUBLE_EQ(table.MergeRecent().in_flight_mean, 0.5);
  // To windows of which nothing is known yet it goes on.
  table.CloseBefore(4 * kSecondNs);
  EXPECT_DOUBLE_EQ(table.MergeRecent().in_flight_mean, (0.5 + 1.5 + 1 + 1) / 4);
  table.CloseBefore(30 * kSecondNs);
  EXPECT_DOUBLE_EQ(table.MergeRecent().in_flight_mean, 1);
}

TEST(WindowTableTest, TimesBeforeT0AreInTheFirstWindow) {
  WindowTable table;
  table.At(-5 * kMillisecondNs).begun = 1;
  EXPECT_EQ(table.windows().size(), 1u);
  EXPECT_EQ(table.windows()[0].begun, 1u);
  EXPECT_FALSE(WindowTable::IsPlausible(9 * 86'400 * kSecondNs));
}

}  // namespace
}  // namespace specctl
