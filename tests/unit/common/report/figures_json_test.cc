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

constexpr FigureName kFigure{.key = "al", .label = "AL"};

TEST(FiguresJsonTest, AbsentAndNotFiniteWriteNothing) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              WriteNumber("a", std::nullopt, json);
              WriteNumber("b", NAN, json);
              WriteFigure(kFigure, {}, json);
              WriteFigure(kFigure, Estimate{INFINITY, {}, {}}, json);
              WriteFigure(kFigure, -INFINITY, json);
              WriteAcceptance("f", std::nullopt, json);
              WriteServers(std::nullopt, json);
              WriteGroup(FigureGroup::kLatency, {}, json);
            }),
            "{}");
}

TEST(FiguresJsonTest, AnEstimateWithoutIntervalIsItsValue) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              WriteFigure(kFigure, Estimate{2.5, {}, {}}, json);
            }),
            R"({"al":{"value":2.5}})");
}

TEST(FiguresJsonTest, EachFormIsWrittenAsWhatItIs) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              WriteFigure(kFigure, 0.5, json);
              WriteFigure(kFigure, uint64_t{7}, json);
              WriteFigure(kFigure, true, json);
              WriteFigure(kFigure, std::string_view("chunks"), json);
              WriteFigure(kFigure, GaugeSummary{.mean = 1.5, .max = 2}, json);
            }),
            R"({"al":0.5,"al":7,"al":true,"al":"chunks","al":{"mean":1.5,"max":2}})");
}

TEST(FiguresJsonTest, AListKeepsThePlacesOfWhatIsNotFinite) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              static constexpr double kRates[] = {0.5, NAN, 0.25};
              WriteFigure(kFigure, std::span<const double>(kRates), json);
            }),
            R"({"al":[0.5,null,0.25]})");
}

TEST(FiguresJsonTest, ADistributionHasItsStatisticsAndTheirErrors) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              const Distribution figure{.count = 2,
                                        .mean = 3,
                                        .stddev = 1,
                                        .min = 2,
                                        .max = 4,
                                        .error = QuantileErrors{.p50 = 0.5, .p99 = 0.25}};
              WriteFigure(kFigure, &figure, json);
            }),
            R"({"al":{"count":2,"mean":3,"stddev":1,"min":2,"max":4,"p1":0,"p5":0,"p10":0,)"
            R"("p25":0,"p50":0,"p75":0,"p90":0,"p95":0,"p99":0,"p999":0,)"
            R"("error":{"p50":0.5,"p90":0,"p95":0,"p99":0.25}}})");
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
