#include "common/report/figures_json.h"

#include <cmath>

#include <gtest/gtest.h>

namespace specctl {
namespace {

std::string Written(void (*write)(JsonWriter&)) {
  JsonWriter json;
  json.BeginObject();
  write(json);
  json.EndObject();
  return std::move(json).Take();
}

TEST(FiguresJsonTest, AbsentAndNotFiniteWriteNothing) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              WriteNumber("a", std::nullopt, json);
              WriteNumber("b", NAN, json);
              WriteEstimate("c", std::nullopt, json);
              WriteEstimate("d", Estimate{INFINITY, {}, {}}, json);
              WriteDistribution("e", Distribution{}, json);
              WriteAcceptance("f", std::nullopt, json);
              WriteServers(std::nullopt, json);
              WriteLatencies({}, json);
            }),
            "{}");
}

TEST(FiguresJsonTest, AnEstimateWithoutIntervalIsItsValue) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              WriteEstimate("al", Estimate{2.5, {}, {}}, json);
            }),
            R"({"al":{"value":2.5}})");
}

TEST(FiguresJsonTest, ConservationSaysWhetherItHolds) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              Conservation counts;
              counts.planned = 5;
              counts.sent = 3;
              counts.ok = 2;
              counts.failed = 1;
              counts.unassigned = {0, 2, 0, 0};
              WriteConservation(counts, json);
            }),
            R"({"conservation":{"planned":5,"sent":3,"shed":0,"unassigned":2,"ok":2,"failed":1,)"
            R"("timed_out":0,"cancelled":0,"lost":0,"in_flight":0,"resends":0,)"
            R"("unassigned_by_reason":{"earlier_turn_failed":0,"limit":2,"interrupted":0,)"
            R"("agent_lost":0,"too_many_failures":0},"holds":true}})");
}

TEST(FiguresJsonTest, EmptyListsOfAnAcceptanceAreAbsent) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              AcceptanceFigures figures;
              figures.steps = 4;
              figures.histogram = {1, 3};
              WriteAcceptance("acceptance", figures, json);
            }),
            R"({"acceptance":{"histogram":[1,3],"steps":4,"source":"chunks",)"
            R"("source_share":0,"approximate":false}})");
}

}  // namespace
}  // namespace specctl
