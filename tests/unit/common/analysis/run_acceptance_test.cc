#include "common/analysis/run_acceptance.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

// One reply, 1 + 3 + 2 tokens in two steps, and an engine that counted `generated` tokens for it.
Results RunThatCounted(double generated, bool stop_strings) {
  JournalScript script({.bs = 1, .metrics = true});
  if (stop_strings) script.spec().request.extra_inputs_json = R"({"stop":"END"})";
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunk(20, 3).Chunk(30, 2).Ok(40, "stop");
  const auto scrape = [&](ScrapeKind kind, double at_ms, double share) {
    script.Scrape(kind, at_ms,
                  {{"vllm:generation_tokens_total", share * generated},
                   {"vllm:time_to_first_token_seconds_count", share},
                   {"vllm:inter_token_latency_seconds_count", share * 2},
                   {"vllm:spec_decode_num_drafts_total", share * 2},
                   {"vllm:spec_decode_num_draft_tokens_total", share * 6},
                   {"vllm:spec_decode_num_accepted_tokens_total", share * 4}});
  };
  scrape(ScrapeKind::kBefore, -5, 0);
  scrape(ScrapeKind::kAfter, 400, 1);
  return Fold(script.Events());
}

TEST(RunAcceptanceTest, CountersTellWhatWasDeliveredWhereAllTokensArrived) {
  const Results results = RunThatCounted(6, /*stop_strings=*/true);
  ASSERT_TRUE(results.acceptance_of_counters.has_value());
  EXPECT_EQ(results.acceptance_of_counters->delivered_per_step->value, 2.5);
  EXPECT_EQ(results.acceptance_of_counters->per_draft->value, 3);
}

// vLLM's counter has the rest of the step in which the stop string was found.
TEST(RunAcceptanceTest, CountersOfTokensBeyondStopStringsDoNotTellWhatWasDelivered) {
  const Results results = RunThatCounted(7, /*stop_strings=*/true);
  ASSERT_TRUE(results.acceptance_of_counters.has_value());
  EXPECT_FALSE(results.acceptance_of_counters->delivered_per_step.has_value());
  EXPECT_EQ(results.acceptance_of_counters->per_draft->value, 3);
  EXPECT_TRUE(RunThatCounted(7, /*stop_strings=*/false)
                  .acceptance_of_counters->delivered_per_step.has_value());
}

}  // namespace
}  // namespace specctl
