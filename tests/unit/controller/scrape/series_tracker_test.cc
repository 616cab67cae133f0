#include "controller/scrape/series_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

bool Everything(std::string_view) { return true; }

Scraped Read(SeriesTracker& tracker, std::string_view text) {
  Scraped scraped;
  const absl::Status status = tracker.ReadExposition(text, scraped);
  EXPECT_TRUE(status.ok()) << status;
  return scraped;
}

TEST(SeriesTrackerTest, TheFirstScrapeHasAllSeriesAndTheirValues) {
  SeriesTracker tracker(Everything);
  const Scraped scraped = Read(tracker, "a{x=\"1\",b=\"2\"} 0\na{x=\"2\"} 5\nb 7\n");
  ASSERT_EQ(scraped.new_series.size(), 3u);
  EXPECT_EQ(scraped.new_series[0].series, 0u);
  EXPECT_EQ(scraped.new_series[0].name, "a");
  EXPECT_THAT(scraped.new_series[0].labels, ElementsAre(Pair("x", "1"), Pair("b", "2")));
  EXPECT_EQ(scraped.new_series[2].series, 2u);
  EXPECT_EQ(scraped.new_series[2].name, "b");
  EXPECT_THAT(scraped.samples, ElementsAre(Pair(0, 0.0), Pair(1, 5.0), Pair(2, 7.0)));
}

TEST(SeriesTrackerTest, LaterScrapesHaveWhatChanged) {
  SeriesTracker tracker(Everything);
  Read(tracker, "a 1\nb 2\nc NaN\n");
  EXPECT_THAT(Read(tracker, "a 1\nb 3\nc NaN\n").samples, ElementsAre(Pair(1, 3.0)));
  const Scraped third = Read(tracker, "a 2\nb 3\nc 4\nd 9\n");
  EXPECT_THAT(third.samples, ElementsAre(Pair(0, 2.0), Pair(2, 4.0), Pair(3, 9.0)));
  ASSERT_EQ(third.new_series.size(), 1u);
  EXPECT_EQ(third.new_series[0].name, "d");
  EXPECT_EQ(third.new_series[0].series, 3u);
  const Scraped fourth = Read(tracker, "a 2\nb 3\nc 4\nd 9\n");
  EXPECT_THAT(fourth.samples, IsEmpty());
  EXPECT_THAT(fourth.new_series, IsEmpty());
}

TEST(SeriesTrackerTest, OnlyWantedNamesAreKept) {
  SeriesTracker tracker([](std::string_view name) { return name == "vllm:drafts_total"; });
  const Scraped scraped =
      Read(tracker, "vllm:drafts_created 3\nvllm:drafts_total 1\nvllm:drafts_total{e=\"1\"} 2\n");
  ASSERT_EQ(scraped.new_series.size(), 2u);
  EXPECT_EQ(scraped.new_series[1].name, "vllm:drafts_total");
  EXPECT_THAT(scraped.samples, ElementsAre(Pair(0, 1.0), Pair(1, 2.0)));
}

TEST(SeriesTrackerTest, OrderOfLabelsAndBlanksDoNotMakeASeries) {
  SeriesTracker tracker(Everything);
  Read(tracker, "a{x=\"1\",y=\"2\"} 5\n");
  const Scraped scraped = Read(tracker, "a{y=\"2\", x=\"1\"} 6\n");
  EXPECT_THAT(scraped.new_series, IsEmpty());
  EXPECT_THAT(scraped.samples, ElementsAre(Pair(0, 6.0)));
}

TEST(SeriesTrackerTest, LabelsOfEqualTextInOtherPlacesAreOtherSeries) {
  SeriesTracker tracker(Everything);
  EXPECT_EQ(Read(tracker, "a{x=\"1\"} 1\na{x1=\"\"} 1\nax{} 1\na{y=\"1\"} 1\n").new_series.size(),
            4u);
}

TEST(SeriesTrackerTest, OfTwoSamplesOfOneSeriesTheFirstCounts) {
  SeriesTracker tracker(Everything);
  EXPECT_THAT(Read(tracker, "a 1\na 2\n").samples, ElementsAre(Pair(0, 1.0)));
  EXPECT_THAT(Read(tracker, "a 1\na 3\n").samples, IsEmpty());
}

TEST(SeriesTrackerTest, ASeriesThatWasAwayKeepsItsNumber) {
  SeriesTracker tracker(Everything);
  Read(tracker, "a 1\nb 2\n");
  EXPECT_THAT(Read(tracker, "b 2\n").samples, IsEmpty());
  const Scraped scraped = Read(tracker, "a 4\nb 2\n");
  EXPECT_THAT(scraped.new_series, IsEmpty());
  EXPECT_THAT(scraped.samples, ElementsAre(Pair(0, 4.0)));
}

TEST(SeriesTrackerTest, ABadTextChangesNothing) {
  SeriesTracker tracker(Everything);
  Read(tracker, "a 1\n");
  Scraped scraped;
  const absl::Status status = tracker.ReadExposition("a 2\nb 3\n<html>\n", scraped);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 3: need a metric's name"));
  EXPECT_THAT(scraped.new_series, IsEmpty());
  EXPECT_THAT(scraped.samples, IsEmpty());
  const Scraped next = Read(tracker, "a 2\nb 3\n");
  EXPECT_THAT(next.samples, ElementsAre(Pair(0, 2.0), Pair(1, 3.0)));
  EXPECT_EQ(next.new_series.size(), 1u);
}

TEST(SeriesTrackerTest, SeriesBeyondTheBoundAreCounted) {
  SeriesTracker tracker(Everything);
  std::string text;
  for (size_t i = 0; i < SeriesTracker::kSeriesMax + 3; ++i) {
    text += "a{i=\"" + std::to_string(i) + "\"} 1\n";
  }
  const Scraped scraped = Read(tracker, text);
  EXPECT_EQ(scraped.new_series.size(), SeriesTracker::kSeriesMax);
  EXPECT_EQ(scraped.samples.size(), SeriesTracker::kSeriesMax);
  EXPECT_EQ(tracker.dropped_samples(), 3u);
  EXPECT_THAT(Read(tracker, text).samples, IsEmpty());
  EXPECT_EQ(tracker.dropped_samples(), 6u);
}

TEST(SeriesTrackerTest, NumbersOfAnotherTrackerAreTakenUp) {
  SeriesTracker first(Everything);
  const Scraped scraped = Read(first, "a{x=\"1\",y=\"2\"} 5\nb 7\n");
  SeriesTracker second(Everything);
  for (const MetricSeries& series : scraped.new_series) second.TakeUp(series);
  const Scraped next = Read(second, "c 1\nb 7\na{y=\"2\",x=\"1\"} 5\n");
  ASSERT_EQ(next.new_series.size(), 1u);
  EXPECT_EQ(next.new_series[0].name, "c");
  EXPECT_EQ(next.new_series[0].series, 2u) << "the next number";
  EXPECT_THAT(next.samples, ElementsAre(Pair(2, 1.0), Pair(1, 7.0), Pair(0, 5.0)))
      << "told anew, though b and a are as they were";
  EXPECT_THAT(Read(second, "c 1\nb 8\na{x=\"1\",y=\"2\"} 5\n").samples, ElementsAre(Pair(1, 8.0)));
}

TEST(SeriesTrackerTest, SeriesAreTakenUpOnceAndInTheirOrder) {
  SeriesTracker tracker(Everything);
  tracker.TakeUp({.series = 0, .name = "a"});
  tracker.TakeUp({.series = 0, .name = "z"});  // the number is a's
  tracker.TakeUp({.series = 1, .name = "b"});
  const Scraped scraped = Read(tracker, "b 1\nz 2\na 3\n");
  ASSERT_EQ(scraped.new_series.size(), 1u);
  EXPECT_EQ(scraped.new_series[0].name, "z");
  EXPECT_THAT(scraped.samples, ElementsAre(Pair(1, 1.0), Pair(2, 2.0), Pair(0, 3.0)));
}

}  // namespace
}  // namespace specctl::controller
