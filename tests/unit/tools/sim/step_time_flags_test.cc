#include "tools/sim/step_time_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace specctl::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

absl::StatusOr<StepTimeOptions> Parsed(std::vector<std::string> arguments) {
  CLI::App app;
  StepTimeFlags flags;
  AddStepTimeFlags(app, flags);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  StepTimeOptions options;
  if (auto taken = TakeStepTime(flags, options); !taken.ok()) return taken;
  return options;
}

TEST(StepTimeFlagsTest, UnitsAreThoseOfTheNames) {
  const auto options = Parsed({"--step-ms", "2", "--weights-ms", "8.5", "--token-us", "30",
                               "--kv-us-per-ktoken", "4", "--draft-ms", "0.5", "--draft-us-per-seq",
                               "7", "--graph-tokens", "1,2,4", "--eager-ms", "3"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->base, 2ms);
  EXPECT_EQ(options->weights, 8500us);
  EXPECT_EQ(options->per_token, 30us);
  EXPECT_EQ(options->per_kv_ktoken, 4us);
  EXPECT_EQ(options->per_draft_token, 500us);
  EXPECT_EQ(options->per_draft_sequence, 7us);
  EXPECT_EQ(options->graph_tokens, (std::vector<uint32_t>{1, 2, 4}));
  EXPECT_EQ(options->eager, 3ms);
}

TEST(StepTimeFlagsTest, WhatDoesNotGoTogetherIsRefusedByName) {
  const auto refusal = [](std::vector<std::string> arguments) {
    return std::string(Parsed(std::move(arguments)).status().message());
  };
  EXPECT_THAT(refusal({"--graph-tokens", "8,4"}), HasSubstr("--graph-tokens: need sizes"));
  EXPECT_THAT(refusal({"--eager-ms", "1"}), HasSubstr("--eager-ms: needs --graph-tokens"));
  EXPECT_THAT(refusal({"--experts", "8"}), HasSubstr("--experts: need --experts-per-token"));
  EXPECT_THAT(refusal({"--experts", "8", "--experts-per-token", "9", "--expert-share", "0.5"}),
              HasSubstr("--experts-per-token: need at most"));
}

}  // namespace
}  // namespace specctl::sim
