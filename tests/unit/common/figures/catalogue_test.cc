#include "common/figures/catalogue.h"

#include <set>

#include <gtest/gtest.h>

namespace specctl {
namespace {

template <class Definition>
void ExpectSound(std::span<const Definition> catalogue) {
  std::set<std::string_view> keys;
  std::set<decltype(Definition::read)> readers;
  for (const Definition& figure : catalogue) {
    EXPECT_TRUE(keys.insert(figure.key).second) << figure.key << " stands there twice";
    EXPECT_FALSE(figure.label.empty()) << figure.key;
    EXPECT_EQ(figure.unit == Unit::kNone, figure.kind == FigureKind::kQualifier) << figure.key;
    ASSERT_NE(figure.read, nullptr) << figure.key;
    EXPECT_TRUE(readers.insert(figure.read).second) << figure.key << " reads another's field";
  }
}

TEST(CatalogueTest, EveryFigureHasAKeyALabelAUnitAndAReaderOfItsOwn) {
  ExpectSound(Catalogue());
  ExpectSound(WindowCatalogue());
  ExpectSound(CounterCatalogue());
  ExpectSound(ServerCatalogue());
  ExpectSound(ServerLatencyCatalogue());
  ExpectSound(NetworkCatalogue());
  ExpectSound(AgentCatalogue());
  ExpectSound(ArrivalCatalogue());
  ExpectSound(ConservationCatalogue());
  ExpectSound(TokenCatalogue());
}

// That an entry's kind is one its field can hold, the compiler checks: figure_field.h.
TEST(CatalogueTest, AFieldHoldsTheKindOfItsForm) {
  EXPECT_TRUE(CanHold<std::optional<Estimate>>(FigureKind::kEstimate));
  EXPECT_FALSE(CanHold<std::optional<Estimate>>(FigureKind::kRatio));
  EXPECT_TRUE(CanHold<std::optional<Distribution>>(FigureKind::kDistribution));
  EXPECT_FALSE(CanHold<Distribution>(FigureKind::kEstimate));
  EXPECT_TRUE(CanHold<std::optional<HistogramFigure>>(FigureKind::kDistribution));
  EXPECT_FALSE(CanHold<std::optional<HistogramFigure>>(FigureKind::kGauge));
  EXPECT_TRUE(CanHold<std::optional<GaugeSummary>>(FigureKind::kGauge));
  EXPECT_TRUE(CanHold<std::vector<double>>(FigureKind::kRatio));
  EXPECT_TRUE(CanHold<std::optional<double>>(FigureKind::kCount));
  EXPECT_FALSE(CanHold<uint64_t>(FigureKind::kRatio));
  EXPECT_TRUE(CanHold<bool>(FigureKind::kQualifier));
  EXPECT_FALSE(CanHold<bool>(FigureKind::kCount));
}

TEST(CatalogueTest, QualifiersSayHowAcceptanceWasHad) {
  FigureSet set;
  set.acceptance = AcceptanceFigures{.source = AcceptanceSource::kTimings, .joint = {0.5}};
  const auto read = [&](std::string_view key) { return FindFigure(key)->read(set); };
  EXPECT_EQ(std::get<std::string_view>(read("source")), "timings");
  EXPECT_EQ(std::get<std::string_view>(read("rates_over")), "drafts");
  EXPECT_TRUE(IsAbsent(read("lower_bound")));
  EXPECT_FALSE(std::get<bool>(read("approximate")));
  set.acceptance->lower_bound = set.acceptance->rates_over_steps = true;
  EXPECT_TRUE(std::get<bool>(read("lower_bound")));
  EXPECT_EQ(std::get<std::string_view>(read("rates_over")), "steps");
}

TEST(CatalogueTest, AnEmptySetHasNoFigures) {
  const FigureSet empty;
  for (const FigureDefinition& figure : Catalogue()) {
    EXPECT_TRUE(IsAbsent(figure.read(empty))) << figure.key;
  }
}

TEST(CatalogueTest, FiguresOfAGroupStandTogether) {
  std::set<FigureGroup> done;
  FigureGroup group = Catalogue().front().group;
  for (const FigureDefinition& figure : Catalogue()) {
    if (figure.group == group) continue;
    EXPECT_TRUE(done.insert(group).second) << figure.key;
    group = figure.group;
  }
  EXPECT_FALSE(done.contains(group));
}

TEST(CatalogueTest, WhatStandsBehindARowHasAShortLabel) {
  for (const FigureDefinition& figure : Catalogue()) {
    if (figure.page != PagePlace::kBeside) continue;
    EXPECT_FALSE(figure.short_label.empty()) << figure.key;
  }
}

TEST(CatalogueTest, OfAcceptanceNeitherWayIsBetter) {
  for (const FigureDefinition& figure : Catalogue()) {
    if (figure.group != FigureGroup::kAcceptance) continue;
    EXPECT_EQ(figure.better, Better::kNeither) << figure.key;
  }
  EXPECT_EQ(FindFigure("output_tps")->better, Better::kUp);
  EXPECT_EQ(FindFigure("ttft_ms")->better, Better::kDown);
}

TEST(CatalogueTest, AFigureIsFoundByItsKeyAndByItsField) {
  EXPECT_EQ(FindFigure("per_step"), &DefinitionOf<&AcceptanceFigures::per_step>());
  EXPECT_EQ(DefinitionOf<&LatencyFigures::itl_ms>().key, "itl_ms");
  EXPECT_EQ(FindFigure("p50"), nullptr);
  EXPECT_EQ(DefinitionOf<&ServerFigures::running>().label, "running");
  EXPECT_EQ(LabelOf<&Conservation::timed_out>(), "timed out");
  FigureSet set;
  set.latency.itl_ms = Distribution{.count = 1};
  EXPECT_EQ(std::get<const Distribution*>(FindFigure("itl_ms")->read(set)), &*set.latency.itl_ms);
}

TEST(CatalogueTest, ATypingErrorFindsTheNearestKey) {
  EXPECT_EQ(NearestFigure("ouput_tps"), "output_tps");
  EXPECT_EQ(NearestFigure("ttft"), "ttft_ms");
  EXPECT_EQ(NearestFigure("something_else"), "");
  EXPECT_EQ(NearestFigure(std::string(100'000, 'x')), "");
}

}  // namespace
}  // namespace specctl
