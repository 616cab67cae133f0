#include "common/engine/done_mark.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(DoneMarkTest, OtherForms) {
  for (const char* text : {"[done]", "\"[DONE]\"", "\" [Done] \"", "[DONE]"}) {
    EXPECT_TRUE(IsOtherDoneMark(text)) << text;
  }
  for (const char* text : {"", "\"", "\"\"", "DONE", "[DONE", "[DONE]]", "{}"}) {
    EXPECT_FALSE(IsOtherDoneMark(text)) << text;
  }
}

TEST(DoneMarkTest, AStreamEndsInItsLastLine) {
  EXPECT_TRUE(EndsInDoneMark("data: {}\n\ndata: [DONE]\n\n"));
  EXPECT_TRUE(EndsInDoneMark("data:[done]\r\n"));
  EXPECT_FALSE(EndsInDoneMark("data: [DONE]")) << "the line may go on";
  EXPECT_FALSE(EndsInDoneMark("data: [DONE]\n\nevent: x\n"));
  EXPECT_FALSE(EndsInDoneMark("[DONE]\n"));
  EXPECT_FALSE(EndsInDoneMark("\n"));
}

TEST(DoneMarkTest, WhiteSpaceIsTrimmed) {
  EXPECT_EQ(TrimmedText(" \t\r\na b \n"), "a b");
  EXPECT_EQ(TrimmedText(" \n"), "");
}

}  // namespace
}  // namespace specctl
