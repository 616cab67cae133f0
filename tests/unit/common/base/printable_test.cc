#include "common/base/printable.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(PrintableTest, ControlCharactersNeverReachTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[31mb\r\nc\x7f"), "a?[31mb??c?");
  EXPECT_EQ(Printable("\x1b]0;title\x07"), "?]0;title?");
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(PrintableTest, NorDoTheirEightBitForms) {
  EXPECT_EQ(Printable("\xC2\x9B[31m"), "?[31m");
  EXPECT_EQ(Printable("\x9B[31m"), "?[31m") << "not UTF-8";
  EXPECT_EQ(Printable("cut \xC2"), "cut ?");
}

TEST(PrintableTest, OrMarksThatTurnTheDirectionOfWriting) {
  EXPECT_EQ(Printable("a\xE2\x80\xAE"
                      "b"),
            "a?b");                               // U+202E
  EXPECT_EQ(Printable("a\xE2\x81\xA6z"), "a?z");  // U+2066
  EXPECT_EQ(Printable("a\xE2\x80\xA8z"), "a?z");  // U+2028, a line
}

TEST(PrintableTest, LettersOfAllScriptsStay) {
  EXPECT_EQ(Printable("na\xC3\xAFve \xC2\xB5s \xE2\x96\x88 \xF0\x9F\x98\x80"),
            "na\xC3\xAFve \xC2\xB5s \xE2\x96\x88 \xF0\x9F\x98\x80");
  EXPECT_EQ(Printable("\xC2\xA0"), "\xC2\xA0");
}

TEST(PrintableTest, LinesStayWhereAskedFor) {
  EXPECT_EQ(PrintableLines("a\nb\x1b[2J\r\n"), "a\nb?[2J?\n");
  EXPECT_EQ(Printable("a\nb"), "a?b");
}

}  // namespace
}  // namespace specctl
