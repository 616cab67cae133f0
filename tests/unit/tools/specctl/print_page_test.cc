#include "tools/specctl/print_page.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

TEST(PrintPageTest, WritesThePageAsItIs) {
  std::ostringstream out;
  EXPECT_TRUE(PrintPage("a page\n", out).ok());
  EXPECT_EQ(out.str(), "a page\n");
}

TEST(PrintPageTest, NoControlCharacterReachesTheTerminalButOurOwnColour) {
  std::ostringstream out;
  EXPECT_TRUE(PrintPage("VALID     \x1b[2J\xC2\x9B model\x07\n", out, true).ok());
  EXPECT_EQ(out.str(), "\x1b[1;32mVALID\x1b[0m     ?[2J? model?\n");
}

TEST(PrintPageTest, JsonStaysAsItIs) {
  std::ostringstream out;
  EXPECT_TRUE(PrintJson("{\"model\": \"\\u001b[2J\"}\n", out).ok());
  EXPECT_EQ(out.str(), "{\"model\": \"\\u001b[2J\"}\n");
}

TEST(PrintPageTest, MessagesAreAsSafeAsPages) {
  std::ostringstream err;
  Say("status 500: \x1b]0;title\x07", err);
  EXPECT_EQ(err.str(), "status 500: ?]0;title?\n");
}

// /dev/full takes every open and refuses every byte, as a full disk does.
TEST(PrintPageTest, AShortPageThatDoesNotArriveIsAnError) {
  std::ofstream full("/dev/full");
  const absl::Status printed = PrintPage("a page\n", full);
  EXPECT_EQ(printed.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(printed.message()),
              HasSubstr("standard output could not be written: No space left on device"));
}

TEST(PrintPageTest, AnOutputThatFailedBeforeIsAnError) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  EXPECT_FALSE(PrintPage("a page\n", out).ok());
}

}  // namespace
}  // namespace specctl::cli
