#include "common/planning/json_object_reader.h"

#include <gtest/gtest.h>

namespace specctl::testing {
namespace {

TEST(JsonObjectReaderTest, AbsentMembersAreEmptyAndNoError) {
  const boost::json::value value = *ParseJsonObject("f", R"({"n": null})");
  JsonErrors errors("f");
  const JsonObjectReader object(value.get_object(), "", errors);
  EXPECT_EQ(object.Text("t"), "");
  EXPECT_EQ(object.Number("n"), std::nullopt);
  EXPECT_TRUE(object.Texts("ts").empty());
  EXPECT_TRUE(errors.status().ok());
}

TEST(JsonObjectReaderTest, TheFirstErrorIsKeptWithItsPlace) {
  const boost::json::value value = *ParseJsonObject("f", R"({"a": [{}, {"n": "x", "m": []}]})");
  JsonErrors errors("f");
  const JsonObjectReader object(value.get_object(), "", errors);
  object.ForObjects("a", [](const JsonObjectReader& each) {
    each.Number("n");
    each.Flag("m");
  });
  EXPECT_EQ(errors.status().message(), "f: a[1].n: need a number");
}

TEST(JsonObjectReaderTest, CountsAreWholeAndInRange) {
  const boost::json::value value =
      *ParseJsonObject("f", R"({"half": 1.5, "below": -1, "large": 4294967296})");
  for (const char* key : {"half", "below", "large"}) {
    JsonErrors errors("f");
    JsonObjectReader(value.get_object(), "", errors).Count32(key);
    EXPECT_FALSE(errors.status().ok()) << key;
  }
}

TEST(JsonObjectReaderTest, NoJsonNamesThePath) {
  EXPECT_EQ(ParseJsonObject("S/sweep.json", "{").status().message(),
            "S/sweep.json: is not JSON: incomplete JSON");
  EXPECT_EQ(ParseJsonObject("S/sweep.json", "[]").status().message(),
            "S/sweep.json: need a JSON object");
}

}  // namespace
}  // namespace specctl::testing
