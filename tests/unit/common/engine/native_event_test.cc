#include "common/engine/native_event.h"

#include <gtest/gtest.h>

#include <string>

#include "common/engine/stream_decoder.h"
#include "common/net/sse_parser.h"

namespace specctl {
namespace {

// As the decoder, whose part it is, says it.
class NativeEventTest : public ::testing::Test {
 protected:
  const StreamEvent& Decode(const std::string& json) {
    payload_ = json + std::string(SseParser::kPadding, '"');
    const absl::Status status =
        decoder_.Decode(std::string_view(payload_).substr(0, json.size()), event_);
    EXPECT_TRUE(status.ok()) << status;
    return event_;
  }
  StreamDecoder decoder_;

 private:
  std::string payload_;
  StreamEvent event_;
};

TEST_F(NativeEventTest, KeyOrderDoesNotMatter) {
  const StreamEvent& event =
      Decode(R"({"meta_info":{"completion_tokens":3,"finish_reason":{"matched":2,"type":"stop"}},)"
             R"("output_ids":[4,5,6],"text":"x\ny"})");
  EXPECT_EQ(event.choices, 1u);
  EXPECT_EQ(event.other_choices, 0u);
  EXPECT_EQ(event.text, "x\ny");
  EXPECT_TRUE(event.text_so_far);
  EXPECT_EQ(event.completion_tokens, 3u);
  EXPECT_EQ(event.finish_reason, "stop");
  EXPECT_TRUE(event.remark.empty());
}

TEST_F(NativeEventTest, FewerIdsThanTokensAreWhatCameSince) {
  EXPECT_FALSE(
      Decode(R"({"text":"x","output_ids":[6],"meta_info":{"completion_tokens":3}})").text_so_far);
  EXPECT_TRUE(Decode(R"({"text":"x","meta_info":{"completion_tokens":3}})").text_so_far);
}

TEST_F(NativeEventTest, IdsAreOfAllSoFarOrOfWhatCameSince) {
  EXPECT_EQ(Decode(R"({"text":"x","output_ids":[4,5],"meta_info":{"completion_tokens":2}})")
                .token_ids_json,
            "[4,5]");
  const StreamEvent& since =
      Decode(R"({"text":"x","output_ids":[6],"meta_info":{"completion_tokens":3}})");
  EXPECT_EQ(since.token_ids_json, "[6]");
  EXPECT_FALSE(since.token_ids.has_value()) << "tokens are counted by completion_tokens";
  EXPECT_EQ(
      Decode(R"({"text":"","output_ids":[],"meta_info":{"completion_tokens":3}})").token_ids_json,
      "");
}

TEST_F(NativeEventTest, AnotherChoiceIsCountedAndPassedOver) {
  const StreamEvent& event =
      Decode(R"({"text":"x","index":1,"meta_info":{"completion_tokens":3}})");
  EXPECT_EQ(event.choices, 1u);
  EXPECT_EQ(event.other_choices, 1u);
  EXPECT_TRUE(event.text.empty());
  EXPECT_FALSE(event.completion_tokens.has_value());
}

TEST_F(NativeEventTest, FinishReasonMayBeATextOrNull) {
  EXPECT_EQ(Decode(R"({"meta_info":{"finish_reason":"length"}})").finish_reason, "length");
  EXPECT_EQ(Decode(R"({"meta_info":{"finish_reason":null}})").finish_reason, "");
  EXPECT_EQ(Decode(R"({"meta_info":{"finish_reason":{"type":null}}})").finish_reason, "");
}

TEST_F(NativeEventTest, StatisticsAreReadWhereverTheyStandInMetaInfo) {
  Decode(
      R"({"text":"x","meta_info":{"spec_num_correct_drafts":4,"spec_verify_ct":3,)"
      R"("spec_num_proposed_drafts":9,"completion_tokens":8,"more":{"a":[1,{"b":2}]}},"index":0})");
  const auto stats = decoder_.TakeSpeculation();
  ASSERT_TRUE(stats.has_value());
  EXPECT_EQ(stats->steps, 3u);
  EXPECT_EQ(stats->drafted_tokens, 9u);
  Decode(R"({"text":"x","meta_info":{"completion_tokens":9}})");
  EXPECT_FALSE(decoder_.TakeSpeculation().has_value());
}

TEST_F(NativeEventTest, LlamaCppsStopMayHaveNoType) {
  EXPECT_EQ(Decode(R"({"content":"","stop":true,"tokens_predicted":2})").finish_reason, "stop");
  EXPECT_EQ(Decode(R"({"content":"","stop":false,"stop_type":"none"})").finish_reason, "");
}

TEST_F(NativeEventTest, AnEventWithChoicesIsReadAsOne) {
  const StreamEvent& event =
      Decode(R"({"choices":[{"index":0,"delta":{"content":"y"}}],"index":3,"text":"x"})");
  EXPECT_EQ(event.text, "y");
  EXPECT_EQ(event.choices, 1u);
}

}  // namespace
}  // namespace specctl
