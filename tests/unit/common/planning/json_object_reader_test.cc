#include "common/planning/json_object_reader.h"

#include <gtest/gtest.h>

namespace specctl::testing {
namespace {

TEST(JsonObjectReaderTest, AbsentMembersAreEmptyAndNoError) {
  const auto document = JsonDocument::Parse("f", R"({"n": null})");
  JsonErrors errors("f");
  const JsonObjectReader object(document->root(), "", errors);
  EXPECT_EQ(object.Text("t"), "");
  EXPECT_EQ(object.Number("n"), std::nullopt);
  EXPECT_TRUE(object.Texts("ts").empty());
  EXPECT_TRUE(errors.status().ok());
}

TEST(JsonObjectReaderTest, TheFirstErrorIsKeptWithItsPlace) {
  const auto document = JsonDocument::Parse("f", R"({"a": [{}, {"n": "x", "m": []}]})");
  JsonErrors errors("f");
  const JsonObjectReader object(document->root(), "", errors);
  object.ForObjects("a", [](const JsonObjectReader& each) {
    each.Number("n");
    each.Flag("m");
  });
  EXPECT_EQ(errors.status().message(), "f: a[1].n: need a number");
}

TEST(JsonObjectReaderTest, CountsAreWholeAndInRange) {
  const auto document =
      JsonDocument::Parse("f", R"({"half": 1.5, "below": -1, "large": 4294967296})");
  for (const char* key : {"half", "below", "large"}) {
    JsonErrors errors("f");
    JsonObjectReader(document->root(), "", errors).Count32(key);
    EXPECT_FALSE(errors.status().ok()) << key;
  }
}

TEST(JsonObjectReaderTest, NoJsonNamesThePath) {
  const absl::Status status = JsonDocument::Parse("S/sweep.json", "{").status();
  EXPECT_TRUE(std::string(status.message()).starts_with("S/sweep.json: is not JSON: "));
  EXPECT_EQ(JsonDocument::Parse("S/sweep.json", "[]").status().message(),
            "S/sweep.json: need a JSON object");
}

TEST(JsonObjectReaderTest, NumbersReadBackToTheLastBit) {
  const auto document = JsonDocument::Parse("f", R"({"n": 160.53290907829078, "m": 5})");
  JsonErrors errors("f");
  const JsonObjectReader object(document->root(), "", errors);
  EXPECT_EQ(object.NeedNumber("n"), 160.53290907829078);
  EXPECT_EQ(object.NeedNumber("m"), 5);
}

}  // namespace
}  // namespace specctl::testing
