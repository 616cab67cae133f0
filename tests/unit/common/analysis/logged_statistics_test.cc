#include "common/analysis/logged_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/analysis/labels.h"
#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using testing::ElementsAre;

// 1 (prompt) + 4 + 1 + 3 tokens: 8, in 3 steps.
SpeculationStats LoggedStats() {
  return {.drafts = 3,
          .drafted_tokens = 9,
          .accepted_tokens = 5,
          .draft_length = 3,
          .acceptance_histogram = {1, 0, 1, 1},
          .steps = 3};
}

LoggedResponse Logged(std::string id) {
  return {.response_id = std::move(id), .output_tokens = 8, .speculation = LoggedStats()};
}

// Two requests whose responses are called r0 and r1 and tell no statistics, with what the files
// have applied first, as a replay does.
Results FoldWith(std::vector<LoggedResponse> responses,
                 std::vector<EndedRequest>* requests = nullptr, uint32_t resends = 0) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 2; ++i) {
    ScriptRequest& request = script.Begin({.at_ms = i * 100.0});
    request.Chunk(i * 100 + 10, 1).Chunk(i * 100 + 20, 7).Ok(i * 100 + 50);
    request.finish().response_id = "r" + std::to_string(i);
    if (i == 0) request.finish().resends = resends;
  }
  std::vector<Event> events = script.Events();
  events.insert(events.begin() + 1, StatisticsRead{.folder = "/logs",
                                                   .files = 1,
                                                   .undecodable_lines = 2,
                                                   .torn_files = 1,
                                                   .responses = std::move(responses)});
  return Fold(events, requests);
}

TEST(LoggedStatisticsTest, AResponseFindsItsEntryByItsId) {
  std::vector<EndedRequest> requests;
  const Results results = FoldWith({Logged("r0"), Logged("r1")}, &requests);
  const AcceptanceFigures& acceptance = *results.headline.acceptance;
  EXPECT_EQ(acceptance.source, AcceptanceSource::kPerRequest);
  EXPECT_EQ(acceptance.steps, 6u);
  EXPECT_DOUBLE_EQ(acceptance.per_draft->value, 1 + 5 / 3.0);
  EXPECT_EQ(BestSteps(requests[0])->steps, 3u);
  ASSERT_TRUE(results.logged.has_value());
  EXPECT_EQ(results.logged->of_run, 2u);
  EXPECT_EQ(results.logged->of_others, 0u);
  EXPECT_EQ(results.logged->undecodable_lines, 2u);
  EXPECT_EQ(results.logged->torn_files, 1u);
  EXPECT_FALSE(results.logged->acceptance.has_value());
  EXPECT_FALSE(HasLabel(results.verdict.labels, Label::kOtherTraffic));
}

TEST(LoggedStatisticsTest, OtherTrafficIsSaid) {
  const Results results = FoldWith({Logged("r0"), Logged("r1"), Logged("x")});
  EXPECT_EQ(results.logged->of_others, 1u);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kOtherTraffic));
  EXPECT_EQ(results.headline.acceptance->steps, 6u);
}

// On a connection that failed when it was used again: the first may have reached the server.
TEST(LoggedStatisticsTest, ARequestThatWasSentAgainMayHaveTwoEntries) {
  for (const char* const id : {"r", "other-id-"}) {
    const LoggedResponse answered[] = {Logged(std::string(id) + "0"),
                                       Logged(std::string(id) + "1")};
    const std::vector<LoggedResponse> entries = {answered[0], answered[1], Logged("unanswered")};
    const Results resent = FoldWith(entries, nullptr, 1);
    EXPECT_EQ(resent.logged->of_others, 0u) << id;
    EXPECT_FALSE(HasLabel(resent.verdict.labels, Label::kOtherTraffic)) << id;
    EXPECT_EQ(FoldWith(entries).logged->of_others, 1u) << id;
  }
}

TEST(LoggedStatisticsTest, EntriesThatContradictTheTokensThatCameAreLeftOut) {
  LoggedResponse other = Logged("r0");
  other.speculation->accepted_tokens = 8;
  other.speculation->acceptance_histogram = {0, 0, 1, 2};
  const Results results = FoldWith({other, Logged("r1")});
  EXPECT_EQ(results.acceptance_sources[0].contradictory, 1u);
  EXPECT_EQ(results.logged->contradictory, 1u);
}

// Behind a gateway that gives responses ids of its own.
TEST(LoggedStatisticsTest, WithoutAnIdThatMatchesTheSumsAreLeft) {
  const Results results = FoldWith({Logged("a"), Logged("b")});
  EXPECT_EQ(results.logged->of_run, 0u);
  ASSERT_TRUE(results.logged->acceptance.has_value());
  const AcceptanceFigures& sums = *results.logged->acceptance;
  EXPECT_EQ(sums.source, AcceptanceSource::kMetricsFiles);
  EXPECT_EQ(sums.drafts, 6u);
  EXPECT_DOUBLE_EQ(sums.per_draft->value, 1 + 10 / 6.0);
  EXPECT_DOUBLE_EQ(sums.accept_rate->value, 10 / 18.0);
  EXPECT_THAT(sums.joint, ElementsAre(4 / 6.0, 4 / 6.0, 2 / 6.0));
  EXPECT_NE(results.headline.acceptance->source, AcceptanceSource::kPerRequest);
}

TEST(LoggedStatisticsTest, SumsThatAreOfOthersTooAreNone) {
  const Results more = FoldWith({Logged("a"), Logged("b"), Logged("c")});
  EXPECT_FALSE(more.logged->acceptance.has_value());
  EXPECT_TRUE(HasLabel(more.verdict.labels, Label::kOtherTraffic));
  LoggedResponse longer = Logged("b");
  longer.output_tokens = 9;
  EXPECT_FALSE(FoldWith({Logged("a"), longer}).logged->acceptance.has_value());
  EXPECT_FALSE(FoldWith({}).logged->acceptance.has_value());
}

TEST(LoggedStatisticsTest, WhatCameWithTheResponseGoesFirst) {
  JournalScript script({.bs = 1});
  ScriptRequest& request = script.Begin({.at_ms = 0});
  request.Chunk(10, 1).Chunk(20, 7).Ok(50);
  request.finish().response_id = "r0";
  request.finish().speculation = LoggedStats();
  std::vector<Event> events = script.Events();
  LoggedResponse other = Logged("r0");
  other.speculation->drafted_tokens = 12;
  events.insert(events.begin() + 1, StatisticsRead{.responses = {other}});
  EXPECT_DOUBLE_EQ(Fold(events).headline.acceptance->accept_rate->value, 5 / 9.0);
}

}  // namespace
}  // namespace specctl
