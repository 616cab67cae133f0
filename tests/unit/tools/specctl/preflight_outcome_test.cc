#include "tools/specctl/preflight_outcome.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

TEST(PreflightOutcomeTest, ACompleteRunHasItsFigures) {
  const testing::TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const auto results = StepResults(RunEnd::kCompleted, "", run.path());
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_GT(results->conservation.ok, 0u);
}

TEST(PreflightOutcomeTest, AnInterruptedOneIsCancelled) {
  EXPECT_EQ(StepResults(RunEnd::kInterrupted, "Ctrl-C", "/none").status().code(),
            absl::StatusCode::kCancelled);
}

// An agent whose null server does not start, say: no agent's report is to blame.
TEST(PreflightOutcomeTest, OneThatMeasuredNothingIsItsReason) {
  const testing::TempDir run;
  JournalScript script({.bs = 1});
  script.Begin({.slot = 0, .at_ms = 10}).Fail(20, Outcome::kFailed, FailureKind::kConnect);
  testing::WriteJournal(run.path(), script.Events());
  const absl::Status status =
      StepResults(RunEnd::kFailed, "agent 3: the null server did not listen", run.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "agent 3: the null server did not listen");
}

}  // namespace
}  // namespace specctl::cli
