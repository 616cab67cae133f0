#include "common/base/shell_quote.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(ShellQuoteTest, PlainWordsStayAsTheyAre) {
  EXPECT_EQ(ShellQuoted("runs/20261122-101410-7f3a"), "runs/20261122-101410-7f3a");
}

TEST(ShellQuoteTest, OthersAreQuoted) {
  EXPECT_EQ(ShellQuoted(""), "''");
  EXPECT_EQ(ShellQuoted("a b$c"), "'a b$c'");
  EXPECT_EQ(ShellQuoted("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace specctl
