#include "common/compare/nested_mapping.h"

#include <absl/strings/str_format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

// "key=value" and "key{...}" of every entry.
std::string Shown(const NestedMapping& mapping) {
  std::string out;
  for (const NestedMapping::Entry& entry : mapping.entries) {
    if (!out.empty()) out += " ";
    out += entry.key + (entry.is_mapping ? "{" + Shown(entry.mapping) + "}" : "=" + entry.scalar);
  }
  return out;
}

std::string Read(std::string_view text) {
  const auto mapping = ParseNestedMapping(text);
  return mapping.ok() ? Shown(*mapping) : std::string(mapping.status().message());
}

TEST(NestedMappingTest, BlocksAndBracesAreTheSame) {
  EXPECT_EQ(Read("coding:\n  1: 1.78\n  2: 2.35\n"), "coding{1=1.78 2=2.35}");
  EXPECT_EQ(Read("coding: {1: 1.78, 2: 2.35}\n"), "coding{1=1.78 2=2.35}");
  EXPECT_EQ(Read("a:\n  b:\n    c: 1\n  d: {e: {f: 2}}\ng: 3"), "a{b{c=1} d{e{f=2}}} g=3");
}

TEST(NestedMappingTest, CommentsAndQuotesAreRead) {
  EXPECT_EQ(Read("---\n# floors\n\n'a b': 1 # one\n\"c#d\": {'e': \"x, y\"}\nurl: a#b\r\n"),
            "a b=1 c#d{e=x, y} url=a#b");
  EXPECT_EQ(Read("a: {}"), "a{}");
}

TEST(NestedMappingTest, WhatIsOfAnotherFormIsNamedWithItsLine) {
  EXPECT_EQ(Read(""), "1: empty: need keys and values");
  EXPECT_EQ(Read("a: 1\na: 2"), "2: a is there twice, first in line 1");
  EXPECT_EQ(Read("- a"), "1: need KEY: VALUE");
  EXPECT_EQ(Read("a"), "1: need KEY: VALUE");
  EXPECT_EQ(Read("b: 1\na:"), "2: a has no value");
  EXPECT_EQ(Read("a: [1, 2]"), "1: a is a list: need KEY: VALUE below it");
  EXPECT_EQ(Read("[a]: 1"), "1: a key that is not a word or number");
  EXPECT_EQ(Read("a: {b:1}"), "1: b:1 has no value");
  EXPECT_EQ(Read("a: 1\nb: {c: 1").substr(0, 3), "2: ");
  EXPECT_EQ(Read("a: 'b").substr(0, 3), "1: ");
}

TEST(NestedMappingTest, AByteOrderMarkIsPassedOver) {
  for (const std::string_view text : {"\xEF\xBB\xBF"
                                      "a: 1\n",
                                      "\xEF\xBB\xBF# floors\na: 1\n"}) {
    const auto mapping = ParseNestedMapping(text);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    ASSERT_EQ(mapping->entries.size(), 1u);
    EXPECT_EQ(mapping->entries[0].key, "a");
  }
}

TEST(NestedMappingTest, WhatIsTooMuchIsRefused) {
  std::string deep = "a: 1";
  for (int i = 0; i < 12; ++i) deep = "a: {" + deep + "}";
  EXPECT_EQ(Read(deep), "1: nested too deep");
  std::string bomb = "k0: &k0 {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1}\n";
  for (int i = 1; i < 6; ++i) {
    bomb += absl::StrFormat("k%d: &k%d {a: *k%d, b: *k%d, c: *k%d, d: *k%d, e: *k%d}\n", i, i,
                            i - 1, i - 1, i - 1, i - 1, i - 1);
  }
  EXPECT_THAT(Read(bomb), testing::HasSubstr("too many entries"));
}

}  // namespace
}  // namespace specctl
