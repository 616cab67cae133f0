#include "common/compare/nested_mapping.h"

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
  EXPECT_EQ(Read("a: 1\na: 2"), "2: a appears twice, first on line 1");
  EXPECT_EQ(Read("- a"), "1: lists are not read: need KEY: VALUE");
  EXPECT_EQ(Read("a"), "1: need KEY: VALUE, got \"a\"");
  EXPECT_EQ(Read("a:"), "1: a has no value");
  EXPECT_EQ(Read("a:\n\tb: 1"), "2: indented by a tab: use spaces");
  EXPECT_EQ(Read("a: 1\n  b: 1"), "2: indented more than the line before it");
  EXPECT_EQ(Read("  a: 1\nb: 1"), "2: indented less than the lines it belongs to");
  EXPECT_EQ(Read("a: {b: 1"), "1: need , or } in the braces, on the line where they begin");
  EXPECT_EQ(Read("a: {b: 1} c"), "1: unexpected \"c\"");
  EXPECT_EQ(Read("a: 'b"), "1: a quote that is not closed");
  EXPECT_EQ(Read("a: {b:1}"), "1: need a space after the colon");
  std::string deep = "a: 1";
  for (int i = 0; i < 12; ++i) deep = "a: {" + deep + "}";
  EXPECT_EQ(Read(deep), "1: nested too deeply");
}

}  // namespace
}  // namespace specctl
