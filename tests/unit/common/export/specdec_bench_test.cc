#include "common/export/specdec_bench.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/unit/common/export/export_requests.h"

namespace specctl {
namespace {

using testing::ContextOf;
using testing::OkRequest;

// After a first chunk of one token, chunks of these lengths.
EndedRequest WithLengths(uint64_t position, std::vector<uint64_t> lengths) {
  EndedRequest request = OkRequest(position, 1);
  request.open.after_first = {};
  for (const uint64_t length : lengths) request.open.after_first.Add(length);
  request.open.chunks = 1 + lengths.size();
  return request;
}

boost::json::object FileOf(const SpecdecBenchSummary& summary) {
  const auto file = boost::json::parse(summary.Json("run", {"a note"}));
  EXPECT_EQ(file.as_array().size(), 1u);
  return file.at(0).as_object();
}

TEST(SpecdecBenchTest, MeansWeighEachQuestionTheSame) {
  const RunContext run = ContextOf({"math", "coding"});
  SpecdecBenchSummary summary;
  summary.AddRequest(WithLengths(0, {4, 4, 4}), run);  // 13 / 4
  summary.AddRequest(WithLengths(1, {2}), run);        // 3 / 2
  EndedRequest second_turn = WithLengths(1, {});       // with it 4 / 3
  second_turn.settled.turn = 1;
  summary.AddRequest(second_turn, run);
  const auto file = FileOf(summary);
  EXPECT_DOUBLE_EQ(file.at("Request_AL").at("q0").to_number<double>(), 3.25);
  EXPECT_DOUBLE_EQ(file.at("Request_AL").at("q1").to_number<double>(), 4.0 / 3);
  EXPECT_DOUBLE_EQ(file.at("Category_AL").at("math").to_number<double>(), 3.25);
  EXPECT_DOUBLE_EQ(file.at("Average_AL").to_number<double>(), (3.25 + 4.0 / 3) / 2);
  EXPECT_EQ(file.at("Acceptance_Length_Histogram"),
            boost::json::value({{"1", 3}, {"2", 1}, {"4", 3}}));
  EXPECT_EQ(file.at("specctl").at("run_id").as_string(), "run");
}

// The example run of the article on SPEED-Bench.
TEST(SpecdecBenchTest, TheArticlesHistogramGivesItsConditionalRates) {
  const RunContext run = ContextOf({"math"});
  EndedRequest request = WithLengths(0, {});
  request.open.after_first.Add(1, 57385 - 1);
  request.open.after_first.Add(2, 36968);
  request.open.after_first.Add(3, 24441);
  request.open.after_first.Add(4, 61182);
  request.open.chunks = 57385 + 36968 + 24441 + 61182;
  SpecdecBenchSummary summary;
  summary.AddRequest(request, run);
  const auto file = FileOf(summary);
  const auto conditional = [&](const char* key) {
    return file.at("Conditional_Acceptance_Rate").at(key).to_number<double>();
  };
  EXPECT_DOUBLE_EQ(conditional("1"), 1);
  EXPECT_NEAR(conditional("2"), 0.68115, 5e-6);
  EXPECT_NEAR(conditional("3"), 0.69844, 5e-6);
  EXPECT_NEAR(conditional("4"), 0.71455, 5e-6);
  EXPECT_NEAR(file.at("Average_AL").to_number<double>(), 2.49684, 5e-6);
  EXPECT_NEAR(file.at("Joint_Acceptance_Rate").at("4").to_number<double>(),
              61182.0 / (57385 + 36968 + 24441 + 61182), 1e-12);
}

// Its own trap, kept: rates are between the lengths that were seen.
TEST(SpecdecBenchTest, ALengthThatWasNotSeenHasNoKey) {
  const RunContext run = ContextOf({"math"});
  SpecdecBenchSummary summary;
  summary.AddRequest(WithLengths(0, {4}), run);
  const auto file = FileOf(summary);
  EXPECT_EQ(file.at("Conditional_Acceptance_Rate").as_object().size(), 2u);
  EXPECT_DOUBLE_EQ(file.at("Conditional_Acceptance_Rate").at("4").to_number<double>(), 0.5);
}

TEST(SpecdecBenchTest, WhatTellsNoStepsIsLeftOutAndCounted) {
  RunContext run = ContextOf({"math"});
  SpecdecBenchSummary summary;
  EndedRequest unknown = OkRequest(0);
  unknown.open.unknown_chunks = 1;
  summary.AddRequest(unknown, run);
  EndedRequest totals = OkRequest(0);
  totals.settled.totals_only = true;
  summary.AddRequest(totals, run);
  summary.AddRequest(testing::FailedRequest(0), run);
  EXPECT_EQ(summary.requests(), 0u);
  EXPECT_EQ(summary.left_out(), 2u);
  run.targets[0].engine = "llamacpp";  // a chunk a token
  summary.AddRequest(OkRequest(0), run);
  EXPECT_EQ(summary.left_out(), 3u);
}

}  // namespace
}  // namespace specctl
