#include "common/forms/speculation_profile.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/unit/common/matrix/matrix_runs.h"

namespace specctl {
namespace {

// The example of the proposal's own test: 100 drafts, lengths {1: 40, 2: 30, 3: 30}, K = 3.
MeasuredDrafts ProfileDrafts() {
  return {.length = 1.9,
          .draft_length = 3,
          .drafts = 100,
          .steps = 100,
          .marginal = {0.6, 0.3, 0},
          .model = "m",
          .method = "eagle3",
          .engine = "vllm 0.32.0",
          .source = "per_request"};
}

boost::json::value Profile(const MeasuredDrafts& drafts) {
  return boost::json::parse(SpeculationProfile(testing::MixedRun("runs/a", "m").results, drafts));
}

TEST(SpeculationProfileTest, VectorsAreOfPositionsAndTheHistogramOfLengths) {
  const boost::json::value profile = Profile(ProfileDrafts());
  EXPECT_EQ(profile.at("schema_version").as_string(), "1.0");
  EXPECT_TRUE(profile.at("measured").as_bool());
  EXPECT_EQ(profile.at("marginal_accept_rates").at(1).to_number<double>(), 0.3);
  EXPECT_EQ(profile.at("conditional_accept_rates").at(1).to_number<double>(), 0.5);
  EXPECT_EQ(profile.at("conditional_accept_rates").as_array().size(), 3u);
  const boost::json::value& histogram = profile.at("acceptance_length_histogram");
  EXPECT_EQ(histogram.at("1").to_number<int>(), 40);
  EXPECT_EQ(histogram.at("2").to_number<int>(), 30);
  EXPECT_EQ(histogram.at("3").to_number<int>(), 30);
  EXPECT_EQ(histogram.at("4").to_number<int>(), 0);
  EXPECT_EQ(profile.at("accept_length_by_k").at("3").to_number<double>(), 1.9);
  EXPECT_EQ(profile.at("per_category").at("coding").at("mean_accept_length").to_number<double>(),
            3);
  EXPECT_EQ(profile.at("measurement_conditions").at("osl").to_number<int>(), 4096);
}

TEST(SpeculationProfileTest, TheMeanMustFollowFromTheVector) {
  EXPECT_TRUE(
      Profile(ProfileDrafts()).at("validation").at("mean_consistency").at("passed").as_bool());
  MeasuredDrafts drafts = ProfileDrafts();
  drafts.length = 2.4;
  EXPECT_FALSE(Profile(drafts).at("validation").at("mean_consistency").at("passed").as_bool());
}

TEST(SpeculationProfileTest, OnlyChainsMayBeExtrapolated) {
  const auto model_of = [](const std::string& method) {
    MeasuredDrafts drafts = ProfileDrafts();
    drafts.method = method;
    return std::string(Profile(drafts).at("accept_length_model").as_string());
  };
  EXPECT_EQ(model_of("EAGLE3"), "chain_analytic");
  EXPECT_EQ(model_of("draft_model"), "chain_analytic");
  EXPECT_EQ(model_of("ngram"), "measured_per_k");
  EXPECT_EQ(model_of("dflash"), "measured_per_k");
  EXPECT_EQ(model_of(""), "measured_per_k");
}

TEST(SpeculationProfileTest, WhatNobodyToldIsNull) {
  MeasuredDrafts drafts = ProfileDrafts();
  drafts.marginal.clear();
  const boost::json::value profile = Profile(drafts);
  EXPECT_TRUE(profile.at("marginal_accept_rates").is_null());
  EXPECT_TRUE(profile.at("acceptance_length_histogram").is_null());
  EXPECT_TRUE(profile.at("draft_checkpoint").is_null());
  drafts.drafter = "x/y";
  EXPECT_EQ(Profile(drafts).at("draft_checkpoint").at("id").as_string(), "x/y");
  EXPECT_TRUE(profile.at("verification_method").is_null());
  EXPECT_TRUE(profile.as_object().contains("vectors_unavailable_reason"));
}

}  // namespace
}  // namespace specctl
