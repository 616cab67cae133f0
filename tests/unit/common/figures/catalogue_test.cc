#include "common/figures/catalogue.h"

#include <set>

#include <gtest/gtest.h>

namespace specctl {
namespace {

// A set in which every figure is there.
FigureSet Filled() {
  const Distribution described{.count = 1};
  const Estimate estimate{.value = 2};
  FigureSet set;
  set.throughput = {.output_tps = estimate,
                    .total_tps = estimate,
                    .requests_per_s = estimate,
                    .user_tps_mean = estimate,
                    .output_tps_per_gpu = 1,
                    .output_tps_peak = 1};
  set.latency = {.ttft_ms = described,
                 .ttft_user_ms = described,
                 .ttfo_ms = described,
                 .itl_ms = described,
                 .step_latency_ms = described,
                 .request_latency_ms = described,
                 .connect_ms = described,
                 .user_tps = described,
                 .receive_lag_ms = described};
  set.length = {.input_tokens = described, .output_tokens = described};
  set.acceptance = AcceptanceFigures{.steps = 1,
                                     .drafts = 1,
                                     .per_step = estimate,
                                     .lower_bound = true,
                                     .delivered_per_step = estimate,
                                     .per_draft = estimate,
                                     .accept_rate = estimate,
                                     .request_macro_mean = 1,
                                     .conditional = {1},
                                     .joint = {1},
                                     .histogram = {1},
                                     .cut_histogram = {1},
                                     .merged_share = 1};
  return set;
}

// Whether a value has a form that the kind may have.
bool Fits(FigureKind kind, const FigureValue& value) {
  const auto has = [&](auto form) { return std::holds_alternative<decltype(form)>(value); };
  using List = std::span<const double>;
  switch (kind) {
    case FigureKind::kEstimate:
      return has(Estimate());
    case FigureKind::kDistribution:
      return has(static_cast<const Distribution*>(nullptr));
    case FigureKind::kGauge:
      return has(GaugeSummary());
    case FigureKind::kCount:
      return has(uint64_t{}) || has(double{}) || has(List()) || has(std::span<const uint64_t>());
    case FigureKind::kRatio:
      return has(double{}) || has(List());
    case FigureKind::kQualifier:
      return has(bool{}) || has(std::string_view());
  }
  return false;
}

template <class Source>
void ExpectSound(std::span<const FigureOf<Source>> catalogue, const Source& filled) {
  std::set<std::string_view> keys;
  for (const FigureOf<Source>& figure : catalogue) {
    EXPECT_TRUE(keys.insert(figure.key).second) << figure.key << " stands there twice";
    EXPECT_FALSE(figure.label.empty()) << figure.key;
    EXPECT_EQ(figure.unit == Unit::kNone, figure.kind == FigureKind::kQualifier) << figure.key;
    ASSERT_NE(figure.read, nullptr) << figure.key;
    EXPECT_TRUE(Fits(figure.kind, figure.read(filled))) << figure.key;
  }
}

TEST(CatalogueTest, EveryFigureHasAKeyOfItsOwnALabelAndAValueOfItsKind) {
  const FigureSet filled = Filled();
  std::vector<FigureOf<FigureSet>> figures(Catalogue().begin(), Catalogue().end());
  ExpectSound<FigureSet>(figures, filled);
  WindowValues window;
  for (auto field :
       {&WindowValues::output_tps, &WindowValues::user_tps_p50, &WindowValues::user_tps_p10,
        &WindowValues::user_tps_p1, &WindowValues::ttft_p50_ms, &WindowValues::ttft_p99_ms,
        &WindowValues::step_latency_p50_ms, &WindowValues::step_latency_p99_ms,
        &WindowValues::acceptance_length, &WindowValues::servers_running,
        &WindowValues::servers_waiting, &WindowValues::servers_kv_cache_share,
        &WindowValues::servers_generated_tokens, &WindowValues::servers_acceptance_per_draft}) {
    window.*field = 1;
  }
  ExpectSound(WindowCatalogue(), window);
  const ServerCounters counters{.generated_tokens = 1,
                                .prompt_tokens = 1,
                                .first_tokens = 1,
                                .drafts = 1,
                                .drafted_tokens = 1,
                                .accepted_tokens = 1,
                                .engine_steps = 1,
                                .prefix_hit_rate = 1,
                                .preemptions = 1,
                                .requests_finished = 1,
                                .accepted_by_position = {1}};
  ExpectSound(CounterCatalogue(), counters);
  ServerFigures servers;
  servers.running = servers.waiting = servers.kv_cache_share = GaugeSummary{};
  ExpectSound(ServerCatalogue(), servers);
  ExpectSound(ConservationCatalogue(), Conservation{.planned = 1});
  ExpectSound(TokenCatalogue(), TokenTotals{.input = 1, .output = 1});
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
  const FigureSet filled = Filled();
  EXPECT_EQ(std::get<const Distribution*>(FindFigure("itl_ms")->read(filled)),
            &*filled.latency.itl_ms);
}

TEST(CatalogueTest, ATypingErrorFindsTheNearestKey) {
  EXPECT_EQ(NearestFigure("ouput_tps"), "output_tps");
  EXPECT_EQ(NearestFigure("ttft"), "ttft_ms");
  EXPECT_EQ(NearestFigure("something_else"), "");
  EXPECT_EQ(NearestFigure(std::string(100'000, 'x')), "");
}

}  // namespace
}  // namespace specctl
