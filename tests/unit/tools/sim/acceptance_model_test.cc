#include "tools/sim/acceptance_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<double> Rates(const AcceptanceModel& model, std::string_view category) {
  const auto rates = model.Conditional(category);
  return {rates.begin(), rates.end()};
}

TEST(AcceptanceModelTest, CategoriesDifferByDefault) {
  const AcceptanceModel model(3);
  ASSERT_EQ(Rates(model, "coding").size(), 3u);
  EXPECT_GT(Rates(model, "coding")[0], Rates(model, "writing")[0]);
  EXPECT_EQ(Rates(model, "other"), Rates(model, "never heard of"));
}

TEST(AcceptanceModelTest, OneCategoryCanBeSetAndAShortListGoesOn) {
  AcceptanceModel model(3);
  const std::vector<double> math = Rates(model, "math");
  ASSERT_TRUE(model.Set("coding=0.9,0.5").ok());
  EXPECT_THAT(Rates(model, "coding"), ElementsAre(0.9, 0.5, 0.5));
  EXPECT_EQ(Rates(model, "math"), math);
}

TEST(AcceptanceModelTest, RatesForAllReplaceTheBuiltInOnes) {
  AcceptanceModel model(2);
  ASSERT_TRUE(model.Set("0.8").ok());
  EXPECT_THAT(Rates(model, "coding"), ElementsAre(0.8, 0.8));
  EXPECT_THAT(Rates(model, "other"), ElementsAre(0.8, 0.8));
}

TEST(AcceptanceModelTest, BadRatesAreRefused) {
  AcceptanceModel model(2);
  for (const char* bad : {"", "x", "0.5,", "1.5", "-0.1", "nan", "coding=", "0.5 ,0.5"}) {
    const absl::Status status = model.Set(bad);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("--acceptance: need rates in [0, 1]"));
  }
  EXPECT_EQ(std::string(model.Set("0.1,0.2,0.3").message()),
            "--acceptance: need at most --draft-length (2) rates, got 3 in '0.1,0.2,0.3'");
}

TEST(AcceptanceModelTest, DrawsHaveTheConditionalRates) {
  const std::vector<double> rates = {0.8, 0.5, 0.25};
  std::vector<double> reached(4);
  constexpr uint64_t kSteps = 100'000;
  for (uint64_t step = 0; step < kSteps; ++step) {
    const uint32_t accepted = AcceptanceModel::Accepted(rates, Draws{9}, step);
    for (uint32_t i = 0; i <= accepted; ++i) ++reached[i];
  }
  EXPECT_NEAR(reached[1] / reached[0], 0.8, 0.01);
  EXPECT_NEAR(reached[2] / reached[1], 0.5, 0.01);
  EXPECT_NEAR(reached[3] / reached[2], 0.25, 0.01);
}

TEST(AcceptanceModelTest, SureRatesAcceptAllOrNothing) {
  EXPECT_EQ(AcceptanceModel::Accepted(std::vector<double>{1, 1}, Draws{1}, 5), 2u);
  EXPECT_EQ(AcceptanceModel::Accepted(std::vector<double>{0, 1}, Draws{1}, 5), 0u);
  EXPECT_EQ(AcceptanceModel::Accepted({}, Draws{1}, 5), 0u);
}

}  // namespace
}  // namespace specctl::sim
