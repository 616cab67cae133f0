#include "common/compare/acceptance_floors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kGolden =
    "_metadata:\n  date: 2026-11-01\n"
    "llama:\n  thinking_on: {1: 1.78, 3: 2.5}\n  thinking_off: {1: 1.9, 3: 2.75}\n";

std::string FloorsErrorOf(std::string_view text, const FloorsOf& of = {}) {
  const auto floors = ParseAcceptanceFloors("al.yaml", text, of);
  EXPECT_FALSE(floors.ok()) << text;
  return std::string(floors.status().message());
}

TEST(AcceptanceFloorsTest, FloorsAreByCategoryAndDraftLength) {
  const auto floors =
      ParseAcceptanceFloors("al.yaml", "coding: {1: 1.78, 3: 2.5}\nall:\n  3: 2\n", {});
  ASSERT_TRUE(floors.ok()) << floors.status();
  ASSERT_EQ(floors->categories.size(), 2u);
  EXPECT_EQ(floors->categories[0].name, "coding");
  EXPECT_DOUBLE_EQ(floors->categories[0].by_draft_length.at(3), 2.5);
  EXPECT_EQ(floors->categories[1].name, kAllCategories);
  EXPECT_EQ(floors->categories[1].line, 2);
}

TEST(AcceptanceFloorsTest, AGoldenAlIsOfCodingByModelAndMode) {
  const auto off = ParseAcceptanceFloors("al.yaml", kGolden, {.model = "llama"});
  ASSERT_TRUE(off.ok()) << off.status();
  ASSERT_EQ(off->categories.size(), 1u);
  EXPECT_EQ(off->categories[0].name, "coding");
  EXPECT_DOUBLE_EQ(off->categories[0].by_draft_length.at(3), 2.75);
  const auto on = ParseAcceptanceFloors("al.yaml", kGolden, {.model = "llama", .thinking = true});
  EXPECT_DOUBLE_EQ(on->categories[0].by_draft_length.at(3), 2.5);
}

TEST(AcceptanceFloorsTest, ErrorsNameTheLine) {
  EXPECT_THAT(FloorsErrorOf(kGolden, {.model = "other"}),
              HasSubstr("no floors for the run's model other, only for llama"));
  EXPECT_THAT(FloorsErrorOf("llama:\n  thinking_on: {1: 2}", {.model = "llama"}),
              HasSubstr("al.yaml:1: llama has no thinking_off"));
  EXPECT_THAT(FloorsErrorOf("coding: 3"),
              HasSubstr("al.yaml:1: coding: need floors by draft length"));
  EXPECT_THAT(FloorsErrorOf("coding: {a: 2}"),
              HasSubstr("need a draft length of 1 or more, got \"a\""));
  EXPECT_THAT(FloorsErrorOf("coding: {0: 2}"), HasSubstr("need a draft length of 1 or more"));
  EXPECT_THAT(FloorsErrorOf("coding: {3: 0.5}"),
              HasSubstr("need an acceptance length of 1 or more"));
  EXPECT_THAT(FloorsErrorOf("coding: {3: inf}"), HasSubstr("need an acceptance length"));
  EXPECT_THAT(FloorsErrorOf("coding: {}"), HasSubstr("has no floors"));
  EXPECT_THAT(FloorsErrorOf("_metadata: {a: 1}"), HasSubstr("has no floors"));
  EXPECT_THAT(FloorsErrorOf("a\n"), HasSubstr("al.yaml:1: need KEY: VALUE"));
}

}  // namespace
}  // namespace specctl
