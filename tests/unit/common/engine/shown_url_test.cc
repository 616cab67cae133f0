#include "common/engine/shown_url.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(ShownUrlTest, NameAndPasswordAreLeftOut) {
  EXPECT_EQ(ShownUrl("https://me:hunter2@gpu-2:8000/v1?a=b@c"), "https://gpu-2:8000/v1?a=b@c");
  EXPECT_EQ(ShownUrl("//me@gpu-2"), "//gpu-2");
  EXPECT_EQ(ShownUrl("http://a@b:c@host#x@y"), "http://host#x@y");
}

TEST(ShownUrlTest, OthersStayAsTheyAreOnOneLine) {
  EXPECT_EQ(ShownUrl("/v1/chat@x"), "/v1/chat@x");
  EXPECT_EQ(ShownUrl("http://gpu-2/\x1b[31m\r\nX"), "http://gpu-2/ [31m X");
  EXPECT_EQ(ShownUrl("http://" + std::string(1000, 'x')).size(), 200u);
}

}  // namespace
}  // namespace specctl
