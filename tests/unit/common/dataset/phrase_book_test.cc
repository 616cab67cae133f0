#include "common/dataset/phrase_book.h"

#include <gtest/gtest.h>

#include <set>

namespace specctl {
namespace {

TEST(PhraseBookTest, SlotsAreFilledFromListsNumbersAndOtherSlots) {
  const PhraseBook book("pet: cat\nowner: Bo's {pet}\n");
  CounterRandom random(0, 0);
  EXPECT_EQ(book.Expand("{owner}, {7..7} years{br}old", random), "Bo's cat, 7 years\nold");
}

TEST(PhraseBookTest, NumbersCoverTheirRange) {
  const PhraseBook book("");
  CounterRandom random(0, 0);
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(book.Expand("{9..12}", random));
  EXPECT_EQ(seen, (std::set<std::string>{"9", "10", "11", "12"}));
}

TEST(PhraseBookTest, AnEntryIsNotTakenAgainAtOnce) {
  const PhraseBook book("name: A | B | C | D\n");
  CounterRandom random(3, 0);
  for (int i = 0; i < 100; ++i) {
    const std::string text = book.Expand("{name}{name}{name}{name}", random);
    EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 4u) << text;
  }
}

TEST(PhraseBookTest, SameSeedGivesTheSameText) {
  CounterRandom first(5, 1);
  CounterRandom second(5, 1);
  CounterRandom other(6, 1);
  const std::string text = PhraseBook::Builtin().Expand("{passage}", first);
  EXPECT_EQ(PhraseBook::Builtin().Expand("{passage}", second), text);
  EXPECT_NE(PhraseBook::Builtin().Expand("{passage}", other), text);
}

}  // namespace
}  // namespace specctl
