#include "common/figures/name_table.h"

#include <gtest/gtest.h>

#include "tests/unit/common/figures/documented_names.h"

namespace specctl {
namespace {

enum class Fruit { kApple, kPear, kEnd };

TEST(NameTableTest, EachValueHasAPlaceAndANameOfItsOwn) {
  EXPECT_TRUE(NamesEach<Fruit>({{{Fruit::kApple, "apple"}, {Fruit::kPear, "pear"}}}));
}

TEST(NameTableTest, AValueThatWasForgottenMovedOrNamedLikeAnotherIsSeen) {
  EXPECT_FALSE(NamesEach<Fruit>({{{Fruit::kApple, "apple"}}}));
  EXPECT_FALSE(NamesEach<Fruit>({{{Fruit::kPear, "pear"}, {Fruit::kApple, "apple"}}}));
  EXPECT_FALSE(NamesEach<Fruit>({{{Fruit::kApple, "apple"}, {Fruit::kPear, "apple"}}}));
}

// How the tests of this folder read docs/metrics.md.
TEST(NameTableTest, DocumentedNamesAreThoseOfTheSectionsRows) {
  const std::string document =
      "# x\n\n## Fruit\n\nof `words`\n\n| code | when |\n|---|---|\n| `apple` | `red` |\n"
      "| `pear` | |\n| `pear` `quince` | |\n\n## Nuts\n| `almond` | |\n";
  const std::string fruit = testing::Section(document, "Fruit");
  const std::multiset<std::string> names = {"apple", "pear", "pear", "quince"};
  EXPECT_EQ(testing::NamesInTables(fruit), names);
  EXPECT_EQ(testing::NamesInTables(testing::Section(document, "Nuts")),
            std::multiset<std::string>{"almond"});
  EXPECT_TRUE(testing::Section(document, "Roots").empty());
}

}  // namespace
}  // namespace specctl
