#include "common/analysis/batch_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

// A slot's request fails at 50 ms; it begins its next one at 300 ms, in a later batch.
std::vector<Event> FailureAndSuccess() {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 10}).Fail(50, Outcome::kFailed, FailureKind::kConnect);
  script.Begin({.at_ms = 300, .due_ms = 290}).Chunk(350, 1).Ok(400);
  return script.Events();
}

// How many events the fold passes over; every other applies.
Results FoldAll(const std::vector<Event>& events, uint64_t* contradictions) {
  RunFold fold;
  *contradictions = 0;
  for (const Event& event : events) *contradictions += fold.Apply(event).ok() ? 0 : 1;
  return fold.Finish();
}

TEST(BatchFoldTest, BillionsOfSlotsThatNothingIsToldOfTakeNoMemory) {
  std::vector<Event> events = FailureAndSuccess();
  for (Event& event : events) {
    constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
    if (auto* begun = std::get_if<RunBegun>(&event)) begun->spec.load.shape = ClosedLoop{kMost};
    if (auto* joined = std::get_if<AgentJoined>(&event)) joined->slots = kMost;
  }
  uint64_t contradictions = 0;
  EXPECT_EQ(FoldAll(events, &contradictions).conservation.ok, 1u);
  EXPECT_EQ(contradictions, 0u);
}

TEST(BatchFoldTest, ARequestThatBeginsOutsideTheRunSaysNothingOfItsSlot) {
  std::vector<Event> events = FailureAndSuccess();
  for (Event& event : events) {
    auto* batch = std::get_if<AgentBatch>(&event);
    if (batch == nullptr) continue;
    for (RequestBegun& begun : batch->begun) {
      if (begun.ordinal == 1) begun.begin_mono_ns = begun.due_mono_ns = int64_t{1} << 60;
    }
  }
  uint64_t contradictions = 0;
  const Results results = FoldAll(events, &contradictions);
  EXPECT_EQ(contradictions, 2u);  // its begin, and its chunks and end
  EXPECT_EQ(results.conservation.sent, 1u);
  EXPECT_LE(results.windows.size(), 1u);
}

TEST(BatchFoldTest, AFailureAtAnImpossibleTimeIsPassedOverAsAWhole) {
  for (const int64_t end_ns :
       {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
    std::vector<Event> events = FailureAndSuccess();
    for (Event& event : events) {
      auto* batch = std::get_if<AgentBatch>(&event);
      if (batch != nullptr && !batch->finished.empty() && batch->finished[0].ordinal == 0) {
        batch->finished[0].end_mono_ns = end_ns;
      }
    }
    uint64_t contradictions = 0;
    const Results results = FoldAll(events, &contradictions);
    EXPECT_EQ(contradictions, 1u);
    EXPECT_EQ(results.conservation.ok, 1u);
    EXPECT_EQ(results.conservation.failed, 0u);
  }
}

}  // namespace
}  // namespace specctl
