#include "common/engine/reply_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using testing::ElementsAre;

TEST(FinalChannelTest, IsWhatFollowsTheLastFinalMark) {
  EXPECT_EQ(FinalChannel("<|channel|>analysis<|message|>hm<|end|><|start|>assistant"
                         "<|channel|>final<|message|>So.<|return|>"),
            "So.");
  EXPECT_EQ(FinalChannel("<|channel|>final<|message|>a<|end|><|channel|>final<|message|>b"), "b");
  EXPECT_EQ(FinalChannel("<|channel|>final<|message|>a<|channel|>x"), "a");
}

TEST(FinalChannelTest, ThoughtAloneIsNoAnswer) {
  EXPECT_EQ(FinalChannel("<|channel|>analysis<|message|>hm"), "");
}

TEST(FinalChannelTest, PlainTextIsAllAnswer) {
  EXPECT_EQ(FinalChannel("a <|end|> b"), "a <|end|> b");
  EXPECT_EQ(FinalChannel(""), "");
}

const std::vector<uint32_t> kIds = {1, 2};

TEST(ReplyMessageTest, ReasoningStaysOutUnlessAskedFor) {
  const KeptReply reply{"so", "hm \"x\"", "reasoning_content", kIds};
  const Message answer = ReplyMessage(reply, ReplyHistory::kAnswer);
  EXPECT_EQ(answer.role, "assistant");
  EXPECT_EQ(answer.content, "so");
  EXPECT_EQ(answer.raw_json, "");
  EXPECT_EQ(ReplyMessage(reply, ReplyHistory::kAnswerAndReasoning).raw_json,
            R"({"role":"assistant","content":"so","reasoning_content":"hm \"x\""})");
}

TEST(ReplyMessageTest, ChannelsAreCutUnlessReasoningIsKept) {
  const KeptReply reply{"<|channel|>analysis<|message|>hm<|channel|>final<|message|>so", "", "",
                        kIds};
  EXPECT_EQ(ReplyMessage(reply, ReplyHistory::kAnswer).content, "so");
  EXPECT_EQ(ReplyMessage(reply, ReplyHistory::kAnswerAndReasoning).content, reply.text);
}

TEST(ReplyMessageTest, OfIdsIsIdsAlone) {
  const Message message = ReplyMessage({"so", "", "", kIds}, ReplyHistory::kTokenIds);
  EXPECT_THAT(message.token_ids, ElementsAre(1, 2));
  EXPECT_EQ(message.content, "");
}

}  // namespace
}  // namespace specctl
