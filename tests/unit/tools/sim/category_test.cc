#include "tools/sim/category.h"

#include <gtest/gtest.h>

#include <string>

namespace specctl::sim {
namespace {

TEST(CategoryTest, PromptsAreRecognisedByTheirWords) {
  EXPECT_EQ(RecogniseCategory("Write a Python function that sorts"), "coding");
  EXPECT_EQ(RecogniseCategory("Solve the equation: how many apples"), "math");
  EXPECT_EQ(RecogniseCategory("Translate this sentence into German"), "multilingual");
  EXPECT_EQ(RecogniseCategory("Summarize the key points of this article"), "summarization");
  EXPECT_EQ(RecogniseCategory("Write a short story about a lighthouse keeper."), "writing");
  EXPECT_EQ(RecogniseCategory("Pretend you are a pirate; stay in character"), "roleplay");
}

TEST(CategoryTest, AnotherScriptIsMultilingual) {
  EXPECT_EQ(RecogniseCategory("写一个函数 code function"), "multilingual");
}

TEST(CategoryTest, NothingKnownIsOther) {
  EXPECT_EQ(RecogniseCategory(""), kOtherCategory);
  EXPECT_EQ(RecogniseCategory("zzz"), kOtherCategory);
}

TEST(CategoryTest, OnlyTheBeginningCounts) {
  EXPECT_EQ(RecogniseCategory(std::string(5000, 'z') + " python function"), kOtherCategory);
}

}  // namespace
}  // namespace specctl::sim
