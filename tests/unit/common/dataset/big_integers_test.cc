#include "common/dataset/big_integers.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

constexpr std::string_view kThirtyDigits = "123456789012345678901234567890";

TEST(BigIntegersTest, WhatSixtyFourBitsHoldStaysAsItIs) {
  for (const char* json : {R"({"a":18446744073709551615,"b":-9223372036854775808})",
                           R"({"a":1.5e30,"b":"123456789012345678901234567890"})",
                           R"(["\"123456789012345678901234567890", true, null])"}) {
    EXPECT_EQ(MarkBigIntegers(json), json);
  }
}

TEST(BigIntegersTest, MoreDigitsAreReadAndWrittenAsTheyStood) {
  const std::string row =
      R"({"id":-123456789012345678901234567890,"x":[1,123456789012345678901234567890]})";
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  ASSERT_EQ(parser.parse(MarkBigIntegers(row)).get(value), simdjson::SUCCESS);
  EXPECT_EQ(JsonOf(value), row);
  EXPECT_EQ(BigIntegerOf(value["x"].at(1)), kThirtyDigits);
  EXPECT_EQ(BigIntegerOf(value["x"].at(0)), std::nullopt);
  EXPECT_EQ(BigIntegerOf(value), std::nullopt);
}

TEST(BigIntegersTest, AMarkedOneIsNoText) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  ASSERT_EQ(parser.parse(MarkBigIntegers("[123456789012345678901234567890]")).get(value),
            simdjson::SUCCESS);
  std::string_view text;
  EXPECT_NE(value.at(0).get(text), simdjson::SUCCESS);
}

}  // namespace
}  // namespace specctl
