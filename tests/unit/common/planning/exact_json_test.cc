#include "common/planning/exact_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

boost::json::value Parsed(std::string_view text) {
  boost::system::error_code error;
  boost::json::value value = ParseExactJson(text, error);
  EXPECT_FALSE(error) << text << ": " << error.message();
  return value;
}

TEST(ExactJsonTest, NumbersReadAsTheDoublesThatWroteThem) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> mantissa(1, 10);
  for (int i = 0; i < 10'000; ++i) {
    const double number = mantissa(random) * std::pow(10, static_cast<int>(random() % 40) - 20);
    EXPECT_EQ(Parsed("[" + FormatDouble(number) + "]").at(0).to_number<double>(), number);
  }
}

TEST(ExactJsonTest, AllElseIsAsBoostReadsIt) {
  const std::string text =
      R"({"a":[1,-2,18446744073709551615,true,false,null,"x\u00e9\n",{}],"long key":{"b":[]}})";
  EXPECT_EQ(Parsed(text), boost::json::parse(text));
}

TEST(ExactJsonTest, WhatIsNoJsonIsAnError) {
  for (const char* text : {"", "{", "{\"a\":}", "[1,]", "{} x", "nul", "[1e]"}) {
    boost::system::error_code error;
    ParseExactJson(text, error);
    EXPECT_TRUE(error) << text;
  }
}

}  // namespace
}  // namespace specctl
