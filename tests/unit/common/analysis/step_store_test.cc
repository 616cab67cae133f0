#include "common/analysis/step_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StepStoreTest, GivesBackWhatEachRequestHad) {
  StepStore store;
  RequestSteps drafts{.steps = 5, .delivered = 9, .drafts = 3, .drafted = 8, .accepted = 4};
  drafts.lengths.whole.lengths = {3, 0, 2};
  drafts.spent = std::vector<uint64_t>{0, 0, 1};
  RequestSteps chunks{.steps = 2, .delivered = 5};
  chunks.lengths.whole.lengths = {0, 1};
  chunks.lengths.cut.Add(3);
  const StepSums of_drafts = store.AddSteps(drafts), of_chunks = store.AddSteps(chunks);

  EXPECT_EQ(of_drafts.steps, 5u);
  EXPECT_EQ(of_drafts.accepted, 4u);
  EXPECT_TRUE(of_drafts.widths_known);
  StepLengths lengths;
  store.AddLengths(of_drafts, lengths);
  EXPECT_THAT(lengths.whole.lengths, ElementsAre(3, 0, 2));
  EXPECT_THAT(lengths.cut.lengths, IsEmpty());
  DraftOutcomes outcomes;
  store.AddDrafts(of_drafts, outcomes);
  EXPECT_THAT(outcomes.accepted, ElementsAre(1, 0, 2));  // without the two steps of no draft
  EXPECT_THAT(outcomes.spent, ElementsAre(0, 0, 1));

  EXPECT_FALSE(of_chunks.widths_known);
  store.AddLengths(of_chunks, lengths);
  EXPECT_THAT(lengths.whole.lengths, ElementsAre(3, 1, 2));
  EXPECT_THAT(lengths.cut.lengths, ElementsAre(0, 0, 1));
  store.AddDrafts(of_chunks, outcomes);
  EXPECT_THAT(outcomes.accepted, ElementsAre(1, 0, 2));
}

TEST(StepStoreTest, ACountAloneHasNoLengths) {
  StepStore store;
  const StepSums sums = store.AddSteps({.detail = StepDetail::kCount, .steps = 7, .accepted = 3});
  StepLengths lengths;
  store.AddLengths(sums, lengths);
  EXPECT_EQ(lengths.whole.steps(), 0u);
  EXPECT_EQ(sums.steps, 7u);
}

}  // namespace
}  // namespace specctl
