#include "common/analysis/outage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

// Requests of four slots for 12 s: TTFT `ttft_ms`, then a token every `step_ms`, 20 in all.  None
// of them begins in [from_ms, to_ms).
struct Pace {
  double ttft_ms = 50, step_ms = 40;
  double from_ms = 0, to_ms = 0;
};
JournalScript Steady(const Pace& pace) {
  JournalScript script({.bs = 4});
  const double length_ms = pace.ttft_ms + 19 * pace.step_ms;
  for (uint32_t slot = 0; slot < 4; ++slot) {
    for (double at_ms = slot; at_ms < 12'000;) {
      if (at_ms + length_ms > pace.from_ms && at_ms < pace.to_ms) {
        at_ms = pace.to_ms + slot;
        continue;
      }
      script.Begin({.slot = slot, .at_ms = at_ms})
          .Chunks(20, at_ms + pace.ttft_ms, pace.step_ms, 1)
          .Ok(at_ms + length_ms);
      at_ms += length_ms;
    }
  }
  return script;
}

const VerdictLabel* OutageOf(const Results& results) {
  for (const VerdictLabel& label : results.verdict.labels) {
    if (label.code == Label::kOutage) return &label;
  }
  return nullptr;
}

TEST(OutageTest, ASteadyRunHasNone) {
  const Results results = Fold(Steady({}).Events());
  EXPECT_TRUE(results.outages.spans.empty());
  EXPECT_EQ(OutageOf(results), nullptr);
}

TEST(OutageTest, StreamsThatStandStillAreOne) {
  JournalScript script = Steady({.from_ms = 4'000, .to_ms = 9'000});
  for (uint32_t slot = 0; slot < 4; ++slot) {
    script.Begin({.slot = slot, .at_ms = 4'000.0 + slot})
        .Chunks(10, 4'100, 40, 1)
        .Chunks(3, 8'500, 40, 1)
        .Ok(8'990);
  }
  const Results results = Fold(script.Events());
  ASSERT_EQ(results.outages.spans.size(), 1u);
  EXPECT_EQ(results.outages.spans[0].start_s, 5);
  EXPECT_EQ(results.outages.spans[0].windows, 3u);
  const VerdictLabel* label = OutageOf(results);
  ASSERT_NE(label, nullptr);
  EXPECT_EQ(label->windows, 3u);
  EXPECT_THAT(label->text,
              HasSubstr("no token arrived from 5 to 8 s although requests were waiting"));
  ASSERT_TRUE(results.outages.output_tps_outside);
  EXPECT_NEAR(*results.outages.output_tps_outside, 692 / 9.24, 1);
  EXPECT_LT(results.headline.throughput.output_tps->value,
            0.8 * *results.outages.output_tps_outside);
  EXPECT_EQ(results.windows[6].labels, std::vector<Label>{Label::kOutage});
}

TEST(OutageTest, RequestsThatAllFailAndBackOffAreOne) {
  JournalScript script = Steady({.from_ms = 4'000, .to_ms = 9'000});
  for (uint32_t slot = 0; slot < 4; ++slot) {
    script.Begin({.slot = slot, .at_ms = 4'000.0 + slot})
        .Fail(4'010, Outcome::kFailed, FailureKind::kConnect);
  }
  const Results results = Fold(script.Events());
  ASSERT_EQ(results.outages.spans.size(), 1u);
  EXPECT_EQ(results.outages.spans[0].windows, 5u);
}

TEST(OutageTest, NobodyWaitsWhereNothingIsInFlight) {
  EXPECT_TRUE(Fold(Steady({.from_ms = 4'000, .to_ms = 9'000}).Events()).outages.spans.empty());
}

TEST(OutageTest, ASlowFirstTokenIsNone) {
  JournalScript script({.bs = 1});
  for (double at_ms = 0; at_ms < 60'000; at_ms += 6'000) {
    script.Begin({.at_ms = at_ms}).Chunks(20, at_ms + 5'000, 40, 1).Ok(at_ms + 5'990);
  }
  EXPECT_TRUE(Fold(script.Events()).outages.spans.empty());
}

TEST(OutageTest, ASlowServerIsNone) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunks(20, 3'000, 3'500, 1).Ok(70'000);
  EXPECT_TRUE(Fold(script.Events()).outages.spans.empty());
}

TEST(OutageTest, AFirstTokenFarBeyondTheOthersIsOne) {
  JournalScript script({.bs = 1});
  for (double at_ms = 0; at_ms < 10'000; at_ms += 1'000) {
    script.Begin({.at_ms = at_ms}).Chunks(20, at_ms + 50, 40, 1).Ok(at_ms + 999);
  }
  script.Begin({.at_ms = 10'000}).Chunks(20, 15'500, 10, 1).Ok(15'999);
  script.Begin({.at_ms = 16'000}).Chunks(20, 16'100, 10, 1).Ok(16'500);
  const Results results = Fold(script.Events());
  ASSERT_EQ(results.outages.spans.size(), 1u);
  EXPECT_EQ(results.outages.spans[0].start_s, 10);
  EXPECT_EQ(results.outages.spans[0].windows, 5u);
}

TEST(OutageTest, WhereTheAgentStoodStillTheServerIsNotAccused) {
  JournalScript script = Steady({.from_ms = 4'000, .to_ms = 9'000});
  for (uint32_t slot = 0; slot < 4; ++slot) {
    script.Begin({.slot = slot, .at_ms = 4'000.0 + slot})
        .Chunks(10, 4'100, 40, 1)
        .Chunks(3, 8'500, 40, 1)
        .Ok(8'990);
  }
  WindowVerdicts verdicts;
  for (int i = 0; i < 20; ++i) {
    verdicts.AddVerdict(
        {.state = i == 6 ? VerdictState::kInvalid : VerdictState::kValid, .faults = {}});
  }
  const Results results = Fold(script.Events());
  EXPECT_TRUE(FindOutages({.windows = results.windows,
                           .requests = {},
                           .backing_off = {},
                           .verdicts = verdicts,
                           .step_p50_ms = 40})
                  .empty());
}

TEST(OutageTest, TpsOutsideIsOverWhatIsLeftOfTheTime) {
  const std::vector<Outages::Span> outages = {{.start_s = 2, .windows = 2},
                                              {.start_s = 9, .windows = 4}};
  EXPECT_DOUBLE_EQ(*TpsOutside(outages, {.begin_s = 3, .end_s = 13}, 50), 100);
  EXPECT_DOUBLE_EQ(*TpsOutside(outages, {.begin_s = 3, .end_s = 13, .left_out_s = 2}, 30), 80);
  EXPECT_FALSE(TpsOutside(outages, {.begin_s = 9, .end_s = 13}, 0));
}

}  // namespace
}  // namespace specctl
