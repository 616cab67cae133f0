#include "tools/sim/flavour_vllm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;

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

// A parser that has nothing to give leaves the event out; usage tells of reasoning.
TEST(VllmFlavourTest, ReasoningHasTheRecordedForm) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  const RecordedReply recorded = Recorded("vllm/reasoning_no_token_ids");
  SimulatedServer server(
      {.model = "tiny", .context_tokens_max = 4096, .prompt_tokens_details = true});
  const auto without_metrics = [](std::vector<std::string> entries) {
    // A real one tells times there, too.
    for (std::string& entry : entries) entry = entry.substr(0, entry.find(",\"metrics\""));
    for (std::string& entry : entries) entry = entry.substr(0, entry.rfind("}") + 1);
    return entries;
  };
  const std::string ours =
      Answered(*server.flavour, recorded.request, 1, WithQuirks({"reasoning"}));
  const std::vector<std::string> entries = without_metrics(Masked(ours));
  EXPECT_THAT(entries, ::testing::Contains(HasSubstr(R"("reasoning")")));
  for (const std::string& entry : without_metrics(Masked(recorded.bytes))) {
    EXPECT_THAT(entries, ::testing::Contains(HasSubstr(entry)));
  }
}

HttpRequest Get(std::string path) {
  HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  return request;
}

TEST(VllmFlavourTest, TheDrafterIsToldInDevelopmentMode) {
  SimulatedServer plain({.model = "tiny", .draft_model = "tiny-draft"});
  EXPECT_THAT(Answered(*plain.flavour, Get("/server_info")), HasSubstr("404 Not Found"));
  SimulatedServer server({.model = "tiny", .draft_model = "tiny-draft", .dev_mode = true});
  EXPECT_THAT(Answered(*server.flavour, Get("/server_info")),
              HasSubstr(R"("speculative_config":{"method":"draft_model","model":"tiny-draft",)"
                        R"("num_speculative_tokens":3})"));
  HttpRequest reset = Get("/reset_prefix_cache");
  reset.method = "POST";
  EXPECT_THAT(Answered(*server.flavour, reset), HasSubstr(R"({"success":true})"));
}

}  // namespace
}  // namespace specctl::sim
