#include "common/compare/replies.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

// Answers in the order of their questions; each text's hash is the text's.
RunSample Answers(const std::vector<std::string>& texts, bool save_text = true) {
  RunSample sample;
  sample.results.spec.request.temperature = 0.0;
  sample.results.spec.save_text = save_text;
  for (size_t i = 0; i < texts.size(); ++i) {
    sample.replies.push_back({.question_id = std::to_string(1000 + i),
                              .output_hash = Fnv1a(texts[i]),
                              .text = save_text ? texts[i] : std::string()});
  }
  return sample;
}

// `count` answers of which the first `differing` are otherwise than in others.
RunSample Many(size_t count, size_t differing, const std::string& mark) {
  std::vector<std::string> texts(count, "the same");
  for (size_t i = 0; i < differing; ++i) texts[i] += mark;
  return Answers(texts);
}

TEST(RepliesTest, TheShareThatDiffersHasAnInterval) {
  const auto match = MatchReplies(Many(100, 0, ""), Many(100, 5, "!"));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->compared, 100u);
  EXPECT_EQ(match->differing, 5u);
  EXPECT_DOUBLE_EQ(match->share.value, 0.05);
  EXPECT_NEAR(*match->share.low, 0.0215, 1e-3);
  EXPECT_NEAR(*match->share.high, 0.1118, 1e-3);
}

TEST(RepliesTest, TheFirstDifferenceIsShownWithTheTextAroundIt) {
  const auto match = MatchReplies(Answers({"one two three", "a \xC3\xA9t\xC3\xA9 b"}),
                                  Answers({"one two four", "a \xC3\xA9t\xC3\xA8 b"}));
  ASSERT_TRUE(match && match->first);
  EXPECT_EQ(match->first->question_id, "1001");
  EXPECT_EQ(match->first->at_character, 5u) << "characters, not bytes";
  EXPECT_EQ(match->first->a, "a \xC3\xA9t\xC3\xA9 b");
  EXPECT_EQ(match->first->b, "a \xC3\xA9t\xC3\xA8 b");
  EXPECT_EQ(match->median_character, 5u);
}

TEST(RepliesTest, ALongTextIsShownNearItsDifference) {
  const std::string head(100, 'x'), tail(100, 'y');
  const auto match = MatchReplies(Answers({head + "1" + tail}), Answers({head + "2" + tail}));
  ASSERT_TRUE(match && match->first);
  EXPECT_EQ(match->first->at_character, 101u);
  EXPECT_EQ(match->first->a, "..." + std::string(30, 'x') + "1" + std::string(29, 'y') + "...");
}

TEST(RepliesTest, OneMayBeginAsTheOtherAndGoOn) {
  const auto match = MatchReplies(Answers({"abc"}), Answers({"abcd"}));
  ASSERT_TRUE(match && match->first);
  EXPECT_EQ(match->first->at_character, 4u);
}

TEST(RepliesTest, WithoutTextsThereIsNoPlace) {
  const auto match = MatchReplies(Answers({"abc"}), Answers({"abd"}, false));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->differing, 1u);
  EXPECT_FALSE(match->first);
}

TEST(RepliesTest, ATurnAfterADifferenceHasAnotherPrompt) {
  RunSample a = Answers({"x"}), b = Answers({"y"});
  for (RunSample* sample : {&a, &b}) {
    Reply later = sample->replies[0];
    later.turn = 1;
    sample->replies.push_back(later);
  }
  EXPECT_EQ(MatchReplies(a, b)->compared, 1u);
}

TEST(RepliesTest, QuestionsOfOneRunAloneAreLeftOut) {
  RunSample b = Answers({"x", "y", "z"});
  b.replies.erase(b.replies.begin());
  EXPECT_EQ(MatchReplies(Answers({"x", "y"}), b)->compared, 1u);
  EXPECT_FALSE(MatchReplies(Answers({"x"}), b));
}

TEST(RepliesTest, AtATemperatureNothingIsSaid) {
  RunSample b = Many(10, 0, "");
  b.results.spec.request.temperature = 0.7;
  const ReplyComparison replies = CompareReplies(Many(10, 0, ""), b, nullptr);
  EXPECT_FALSE(replies.match);
  EXPECT_EQ(RepliesText(replies),
            "replies not compared: the temperature is not 0 in both: even equal servers then "
            "answer differently");
}

TEST(RepliesTest, AsManyAsTheFloorIsNoSignOfLoss) {
  const RunSample a = Many(1000, 0, ""), floor = Many(1000, 29, "?");
  const ReplyComparison replies = CompareReplies(a, Many(1000, 31, "!"), &floor);
  EXPECT_FALSE(replies.more_than_floor);
  EXPECT_EQ(RepliesText(replies),
            "replies differ in 3.1 % (31 of 1,000), A against its floor in 2.9 % (29 of 1,000): no "
            "sign of loss");
}

TEST(RepliesTest, MoreThanTheFloorIsSaid) {
  const RunSample a = Many(1000, 0, ""), floor = Many(1000, 29, "?");
  const ReplyComparison replies = CompareReplies(a, Many(1000, 200, "!"), &floor);
  EXPECT_TRUE(replies.more_than_floor);
  EXPECT_GT(*replies.excess->low, 0.1);
  EXPECT_NE(RepliesText(replies).find("more than the floor, by "), std::string::npos);
}

TEST(RepliesTest, WithoutAFloorTheFlagIsNamed) {
  const ReplyComparison replies = CompareReplies(Many(100, 0, ""), Many(100, 5, "!"), nullptr);
  EXPECT_NE(RepliesText(replies).find("--floor"), std::string::npos);
  EXPECT_EQ(RepliesText(CompareReplies(Many(100, 0, ""), Many(100, 0, ""), nullptr)),
            "replies are the same in all 100");
}

// Answers cut at another length, or to other prompts under the same ids, differ on any server.
TEST(RepliesTest, OtherRequestsAreNotCompared) {
  const RunSample a = Answers({"one two"});
  RunSample shorter = Answers({"one"}), other_prompts = Answers({"three"});
  shorter.results.spec.request.osl_tokens = a.results.spec.request.osl_tokens + 1;
  EXPECT_EQ(RepliesText(CompareReplies(a, shorter, nullptr)).substr(0, 42),
            "replies not compared: the requests differ:");
  RunSample with_dataset = a;
  with_dataset.results.spec.dataset.sha256 = "aa";
  other_prompts.results.spec.dataset.sha256 = "bb";
  EXPECT_EQ(RepliesText(CompareReplies(with_dataset, other_prompts, nullptr)).substr(0, 42),
            "replies not compared: the datasets differ:");
  EXPECT_TRUE(CompareReplies(a, other_prompts, nullptr).match) << "revisions can't be told";
}

// Reasoning that is cut leaves no answer, of which nothing can be said.
TEST(RepliesTest, WhatNeitherAnsweredIsNotCalledTheSame) {
  RunSample a = Answers({"one", "two"}), b = Answers({"one", "two"});
  a.replies[0].output_hash = b.replies[0].output_hash = std::nullopt;
  ASSERT_TRUE(MatchReplies(a, b));
  EXPECT_EQ(MatchReplies(a, b)->compared, 1u);
  b.replies[1].output_hash = std::nullopt;
  EXPECT_EQ(MatchReplies(a, b)->differing, 1u) << "one answered, the other did not";
  a.replies[1].output_hash = std::nullopt;
  EXPECT_FALSE(MatchReplies(a, b));
}

}  // namespace
}  // namespace specctl
