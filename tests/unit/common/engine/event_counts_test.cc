#include "common/engine/event_counts.h"

#include <gtest/gtest.h>

#include <string>

#include "common/net/sse_parser.h"

namespace specctl {
namespace {

// As the decoder, whose part it is, says it.
class EventCountsTest : public ::testing::Test {
 protected:
  bool Decodes(std::string_view text) {
    payload_ = std::string(text) + std::string(SseParser::kPadding, '"');
    return decoder_.Decode(std::string_view(payload_).substr(0, text.size()), event_).ok();
  }

  StreamEvent event_;

 private:
  std::string payload_;
  StreamDecoder decoder_;
};

TEST_F(EventCountsTest, UsageEventAndItsDetails) {
  ASSERT_TRUE(Decodes(R"({"choices":[],"usage":{"prompt_tokens":355,"completion_tokens":8,)"
                      R"("prompt_tokens_details":{"cached_tokens":256,"created_cache_tokens":0},)"
                      R"("completion_tokens_details":{"reasoning_tokens":5}}})"));
  EXPECT_EQ(event_.choices, 0u);
  EXPECT_EQ(event_.cached_tokens, 256u);
  EXPECT_EQ(event_.reasoning_tokens, 5u);
  ASSERT_TRUE(Decodes(R"({"choices":[],"usage":null,"sglext":{"spec_tokens_details":{}}})"));
  EXPECT_FALSE(event_.completion_tokens);
}

TEST_F(EventCountsTest, TimingsOfAnEvent) {
  ASSERT_TRUE(
      Decodes(R"({"choices":[],"timings":{"prompt_n":10,"predicted_n":7,"predicted_ms":10.209,)"
              R"("draft_n":8,"draft_n_accepted":6}})"));
  ASSERT_TRUE(event_.timings.has_value());
  EXPECT_EQ(event_.timings->predicted_n, 7u);
  EXPECT_EQ(event_.timings->predicted_ms, 10.209);
  EXPECT_EQ(event_.timings->draft_n, 8u);
  EXPECT_EQ(event_.timings->draft_n_accepted, 6u);
  ASSERT_TRUE(Decodes(R"({"choices":[],"timings":{"predicted_ms":1e-3,"predicted_n":1}})"));
  EXPECT_EQ(event_.timings->predicted_ms, 0.001);
  EXPECT_EQ(event_.timings->draft_n, 0u);
  ASSERT_TRUE(Decodes(R"({"choices":[]})"));
  EXPECT_FALSE(event_.timings.has_value());
}

TEST_F(EventCountsTest, OtherServersTimingsArePassedOver) {
  for (const char* timings : {"null", "[1]", "\"fast\"", "{}", R"({"total_ms":4})",
                              R"({"predicted_n":3})", R"({"predicted_n":3,"predicted_ms":null})"}) {
    ASSERT_TRUE(Decodes(std::string(R"({"choices":[],"timings":)") + timings + "}"));
    EXPECT_FALSE(event_.timings.has_value()) << timings;
  }
}

}  // namespace
}  // namespace specctl
