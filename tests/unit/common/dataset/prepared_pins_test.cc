#include "common/dataset/prepared_pins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/dataset/temp_folder.h"

namespace specctl {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPrepared = R"({"format": 1, "configs": {
  "qualitative": {"file": "qualitative.jsonl", "sha256": "ab", "rows": 880,
                  "dataset": "nvidia/SPEED-Bench", "revision": "c0ffee",
                  "resolver": {"url": "u", "revision": "r", "sha256": "5e"}},
  "throughput_1k": {"file": "throughput_1k.jsonl", "sha256": "cd", "rows": 1536}}})";

TEST(PreparedPinsTest, AreThoseOfTheFile) {
  const auto pins = ParsePreparedPins(kPrepared, "qualitative.jsonl");
  ASSERT_TRUE(pins.ok() && *pins) << pins.status();
  EXPECT_EQ((*pins)->revision, "nvidia/SPEED-Bench@c0ffee");
  EXPECT_EQ((*pins)->resolver_sha256, "5e");
  EXPECT_EQ((*pins)->sha256, "ab");
  const auto imported = ParsePreparedPins(kPrepared, "throughput_1k.jsonl");
  ASSERT_TRUE(imported.ok() && *imported) << imported.status();
  EXPECT_EQ((*imported)->revision, "") << "nobody told which";
  EXPECT_EQ(ParsePreparedPins(kPrepared, "own.jsonl").value(), std::nullopt);
}

TEST(PreparedPinsTest, AnotherFormatIsRefused) {
  EXPECT_THAT(std::string(ParsePreparedPins("[", "f").status().message()),
              HasSubstr("not a JSON object"));
  EXPECT_THAT(
      std::string(ParsePreparedPins(R"({"format": 2, "configs": {}})", "f").status().message()),
      HasSubstr("need format 1"));
}

TEST(PreparedPinsTest, LieBesideTheRows) {
  const TempFolder folder;
  const std::string rows = folder.Write("qualitative.jsonl", "");
  EXPECT_EQ(PinsBeside(rows).value(), std::nullopt);
  folder.Write("prepared.json", kPrepared);
  EXPECT_EQ(PinsBeside(rows).value()->sha256, "ab");
  const std::string broken = folder.Write("prepared.json", "{");
  EXPECT_THAT(std::string(PinsBeside(rows).status().message()),
              testing::StartsWith(broken + ": not a JSON object"));
}

}  // namespace
}  // namespace specctl
