#include <algorithm>
#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

std::vector<std::string> Lines(const Results& results) {
  std::istringstream csv(CurvesCsv(results));
  std::vector<std::string> lines;
  for (std::string line; std::getline(csv, line);) lines.push_back(line);
  return lines;
}

TEST(CurvesCsvTest, WhatIsAbsentIsAnEmptyField) {
  const std::vector<std::string> lines = Lines(testing::FullResults());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1],
            "12,hold,degraded,in_flight_below_bs;send_lag,queued,21913.5,511.25,21,20,1,,,,212.25,"
            ",,,,,,502,,,,,,speed_bench_throughput_1k");
}

TEST(CurvesCsvTest, EveryLineHasAsManyFieldsAsTheHeader) {
  const std::vector<std::string> lines = Lines(testing::FullResults());
  EXPECT_EQ(std::count(lines[0].begin(), lines[0].end(), ','),
            std::count(lines[1].begin(), lines[1].end(), ','));
}

TEST(CurvesCsvTest, ANameWithACommaOrQuoteIsQuoted) {
  Results results = testing::FullResults();
  results.spec.dataset.name = "my \"own\", traffic";
  EXPECT_TRUE(Lines(results)[1].ends_with(R"(,"my ""own"", traffic")"));
}

TEST(CurvesCsvTest, BuiltinPromptsNameThemselvesInEveryLine) {
  Results results = testing::BareResults();
  results.windows = {testing::SampleWindow(), testing::SampleWindow()};
  for (size_t i = 1; i <= 2; ++i) EXPECT_TRUE(Lines(results)[i].ends_with(",builtin"));
}

TEST(CurvesCsvTest, WhatIsNotFiniteIsAnEmptyField) {
  Results results = testing::FullResults();
  results.windows[0].output_tps = NAN;
  EXPECT_EQ(Lines(results)[1].find(",queued,,511.25,"), Lines(results)[1].find(",queued,"));
}

TEST(CurvesCsvTest, WithoutWindowsTheHeaderStands) {
  EXPECT_EQ(Lines(testing::BareResults()).size(), 1u);
}

}  // namespace
}  // namespace specctl
