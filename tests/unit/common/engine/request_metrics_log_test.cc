#include "common/engine/request_metrics_log.h"

#include <gtest/gtest.h>

#include "tests/unit/common/engine/recording.h"

namespace specctl {
namespace {

TEST(RequestMetricsLogTest, ARealFile) {
  const RequestMetricsLog log = ReadRequestMetricsLog(ReadGolden("sglang/sim.request-metrics.log"));
  ASSERT_EQ(log.responses.size(), 3u);
  EXPECT_EQ(log.undecodable_lines, 0u);
  EXPECT_EQ(log.torn_bytes, 0u);
  // The id of the response: sim.chat-stream-usage-spec.
  EXPECT_EQ(log.responses[0].response_id, "545e1e94dedf47a0999c1a7b49248bc9");
  EXPECT_EQ(log.responses[0].output_tokens, 60u);
  const SpeculationStats expected{.drafts = 22,
                                  .drafted_tokens = 66,
                                  .accepted_tokens = 38,
                                  .draft_length = 3,
                                  .acceptance_histogram = {0, 6, 16},
                                  .steps = 22,
                                  .retractions = 0};
  EXPECT_EQ(log.responses[0].speculation, expected);
}

TEST(RequestMetricsLogTest, ATornLastLineIsLeftWhereverItIsCut) {
  const std::string text = ReadGolden("sglang/sim.request-metrics.log");
  for (size_t cut = 0; cut < text.size(); cut += 7) {
    const RequestMetricsLog log = ReadRequestMetricsLog(std::string_view(text).substr(0, cut));
    EXPECT_EQ(log.undecodable_lines, 0u) << cut;
    EXPECT_EQ(log.torn_bytes, cut - (cut == 0 ? 0 : text.rfind('\n', cut - 1) + 1)) << cut;
  }
}

// NeMo-Skills fails on a newer server, which lacks the old names.
TEST(RequestMetricsLogTest, NamesOfAllGenerationsAndLinesWithout) {
  const RequestMetricsLog log = ReadRequestMetricsLog(
      R"({"id":"a","completion_tokens":8,"spec_verify_ct":3,"spec_accept_token_num":4,)"
      "\"spec_draft_token_num\":9}\n"
      R"({"id":"b","completion_tokens":8,"spec_verify_ct":3,"spec_num_correct_drafts":4,)"
      "\"spec_num_proposed_drafts\":9}\r\n\n"
      "{\"id\":\"c\",\"completion_tokens\":1}\n");
  ASSERT_EQ(log.responses.size(), 3u);
  EXPECT_EQ(log.responses[0].speculation, log.responses[1].speculation);
  EXPECT_TRUE(log.responses[0].speculation.has_value());
  EXPECT_FALSE(log.responses[2].speculation.has_value());
}

TEST(RequestMetricsLogTest, WhatIsNoEntryIsCounted) {
  const RequestMetricsLog log =
      ReadRequestMetricsLog("not json\n[1]\n{\"id\":7}\n{\"id\":\"\"}\n{}\n{\"id\":\"a\"}\n{\"id");
  EXPECT_EQ(log.undecodable_lines, 5u);
  EXPECT_EQ(log.responses.size(), 1u);
  EXPECT_EQ(log.torn_bytes, 4u);
}

TEST(RequestMetricsLogTest, FilesByName) {
  EXPECT_TRUE(IsRequestMetricsLog("sglang-request-metrics-20261122_14.log"));
  EXPECT_FALSE(IsRequestMetricsLog("sglang.log"));
  EXPECT_FALSE(IsRequestMetricsLog("sglang-request-metrics-20261122_14.log.gz"));
}

}  // namespace
}  // namespace specctl
