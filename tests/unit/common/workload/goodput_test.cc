#include "common/workload/goodput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string ErrorOf(std::string_view text) {
  const auto terms = ParseGoodput(text);
  return terms.ok() ? "" : std::string(terms.status().message());
}

TEST(GoodputTest, TermsAreFiguresAndLimits) {
  EXPECT_THAT(*ParseGoodput("ttft:500,itl:50.5, user_tps:20"),
              ElementsAre(Pair("ttft", 500), Pair("itl", 50.5), Pair("user_tps", 20)));
}

TEST(GoodputTest, AiperfsNamesAreTaken) {
  EXPECT_THAT(*ParseGoodput("time_to_first_token:370 inter_token_latency:10 request_latency:999 "
                            "output_token_throughput_per_user:8"),
              ElementsAre(Pair("ttft", 370), Pair("itl", 10), Pair("request_latency", 999),
                          Pair("user_tps", 8)));
}

TEST(GoodputTest, WhatIsNoTermIsRefusedByName) {
  EXPECT_THAT(ErrorOf("ttft"), HasSubstr("\"ttft\": need FIGURE:LIMIT"));
  EXPECT_THAT(ErrorOf("tps:5"), HasSubstr("\"tps:5\": need FIGURE:LIMIT"));
  EXPECT_THAT(ErrorOf("ttft:5s"), HasSubstr("\"ttft:5s\": need a limit above 0"));
  EXPECT_THAT(ErrorOf("ttft:0"), HasSubstr("need a limit above 0"));
  EXPECT_THAT(ErrorOf("ttft:nan"), HasSubstr("need a limit above 0"));
  EXPECT_THAT(ErrorOf("ttft:5,time_to_first_token:6"), HasSubstr("is there twice"));
  EXPECT_THAT(ErrorOf(" , "), HasSubstr("need at least one"));
}

TEST(GoodputTest, EveryFigureHasAName) {
  for (const auto figure : {GoodputFigure::kTtft, GoodputFigure::kTtftUser, GoodputFigure::kItl,
                            GoodputFigure::kRequestLatency, GoodputFigure::kUserTps}) {
    EXPECT_EQ(FindGoodputFigure(GoodputFigureName(figure)), figure);
  }
  EXPECT_EQ(FindGoodputFigure(""), std::nullopt);
}

}  // namespace
}  // namespace specctl
