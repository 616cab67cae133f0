#include "tools/sim/flavour_vllm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

class VllmRecordingTest : public ::testing::TestWithParam<const char*> {};

TEST_P(VllmRecordingTest, IsAnsweredInTheSameForm) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded(std::string("vllm/") + GetParam());
  SimulatedServer server({.model = "tiny", .context_tokens_max = 4096});
  EXPECT_EQ(Masked(Answered(*server.flavour, recorded.request)), Masked(recorded.bytes));
}

INSTANTIATE_TEST_SUITE_P(
    Recordings, VllmRecordingTest,
    ::testing::Values("chat_no_stream_options", "chat_include_usage", "chat_continuous_usage",
                      "chat_continuous_without_include_usage", "chat_token_ids", "chat_nonstream",
                      "completion_no_options", "completion_text", "completion_ids",
                      "completion_nonstream", "error_400_max_tokens_too_large", "error_404_model",
                      "error_404_route", "error_405_method", "error_n_zero", "health",
                      "length_one_token"),
    [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace specctl::sim
