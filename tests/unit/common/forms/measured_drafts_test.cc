#include "common/forms/measured_drafts.h"

#include <gmock/gmock.h>

#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Results Measured() {
  Results results = testing::MixedRun("runs/a", "m").results;
  results.whole_run.acceptance = testing::FiguresOf({400, 1200, 500});
  results.whole_run.acceptance->joint = {0.8, 0.45};
  return results;
}

std::string WhyNot(const Results& results) {
  const auto drafts = MeasureDrafts(results);
  EXPECT_EQ(drafts.status().code(), absl::StatusCode::kFailedPrecondition) << drafts.status();
  return std::string(drafts.status().message());
}

TEST(MeasuredDraftsTest, TheWholeRunsDraftsAndTheirRates) {
  const auto drafts = MeasureDrafts(Measured());
  ASSERT_TRUE(drafts.ok()) << drafts.status();
  EXPECT_DOUBLE_EQ(drafts->length, 2.25);
  EXPECT_EQ(drafts->draft_length, 3u);
  EXPECT_EQ(drafts->drafts, 400u);
  EXPECT_EQ(drafts->steps, 800u);
  // The third position was never reached.
  EXPECT_THAT(drafts->marginal, ElementsAre(0.8, 0.45, 0));
  EXPECT_THAT(ConditionalOf(drafts->marginal), ElementsAre(0.8, DoubleEq(0.5625), 0));
  EXPECT_EQ(drafts->method, "eagle3");
  EXPECT_EQ(drafts->source, "per_request");
}

TEST(MeasuredDraftsTest, CountersStandInUnlessOthersWereServed) {
  Results results = Measured();
  results.whole_run.acceptance->per_draft.reset();
  EXPECT_THAT(WhyNot(results), HasSubstr("tokens per draft are not known"));
  results.acceptance_of_counters = testing::FiguresOf({100, 300, 200});
  results.acceptance_of_counters->source = AcceptanceSource::kCounters;
  results.servers = ServerFigures{};
  results.servers->complete = true;
  EXPECT_DOUBLE_EQ(MeasureDrafts(results)->length, 3);
  results.verdict.labels = {{.code = Label::kOtherTraffic, .text = ""}};
  EXPECT_THAT(WhyNot(results), HasSubstr("nobody else used"));
}

TEST(MeasuredDraftsTest, TargetsThatDraftDifferentlyHaveNoCommonValue) {
  Results results = Measured();
  results.spec.targets.push_back({.url = "http://i:8000"});
  TargetProbed second = results.targets[0];
  second.target = 1;
  second.identity.draft_length = 5;
  results.targets.push_back(second);
  results.acceptance_sources.push_back({.target = 1, .draft_length = 5});
  EXPECT_THAT(WhyNot(results),
              HasSubstr("targets http://h:8000 and http://i:8000 do not draft alike (3, 5)"));
}

TEST(MeasuredDraftsTest, WithoutSpeculationOrItsLengthThereIsNothing) {
  Results results = Measured();
  results.acceptance_sources[0].speculates = false;
  EXPECT_THAT(WhyNot(results), HasSubstr("nothing speculates"));
  results = Measured();
  results.targets[0].identity.draft_length.reset();
  results.acceptance_sources[0].draft_length.reset();
  EXPECT_THAT(WhyNot(results), HasSubstr("the draft length is unknown"));
}

}  // namespace
}  // namespace specctl
