#include "tools/request/grid_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<GridRequest> GridOf(std::vector<std::string> arguments) {
  CLI::App app;
  RequestFlags flags(app);
  const GridFlags grid = AddGridFlags(flags);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  if (auto made = flags.Make({}); !made.ok()) return made.status();
  return ReadGrid(grid);
}

std::string RefusalOf(const std::vector<std::string>& arguments) {
  const auto grid = GridOf(arguments);
  EXPECT_EQ(grid.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(grid.status().message());
}

TEST(GridFlagsTest, ListsSpanTheGrid) {
  const auto grid = GridOf({"--target", "off=http://a:1,gpus=8", "--target",
                            "dl3=b:2,http://c:3,gpus=4,model=m", "--bs", "1,4,16", "--dataset",
                            "builtin,mine.jsonl", "--tier", "mixed", "--temperature", "0,1"});
  ASSERT_TRUE(grid.ok()) << grid.status();
  ASSERT_EQ(grid->targets.size(), 2u);
  EXPECT_EQ(grid->targets[0].gpus, 8u);
  EXPECT_EQ(grid->targets[0].servers[0].name, "off");
  const GridTarget& two = grid->targets[1];
  ASSERT_EQ(two.servers.size(), 2u);
  EXPECT_EQ(two.servers[0].url, "http://b:2");
  EXPECT_EQ(two.servers[1].url, "http://c:3");
  EXPECT_EQ(two.servers[1].model, "m");
  EXPECT_EQ(two.gpus, 4u) << "of both together";
  EXPECT_EQ(two.servers[1].gpus, std::nullopt);
  ASSERT_EQ(grid->loads.size(), 3u);
  EXPECT_EQ(grid->loads[2].level, 16);
  EXPECT_EQ(grid->datasets[1].dataset, "mine.jsonl");
  EXPECT_THAT(grid->tiers, ElementsAre("mixed"));
  EXPECT_THAT(grid->temperatures, ElementsAre(0, 1));
}

TEST(GridFlagsTest, RatesAreLoadsOfOpenLoops) {
  const auto grid =
      GridOf({"--target", "off=a:1", "--request-rate", "0.5,2", "--arrival", "constant"});
  ASSERT_TRUE(grid.ok()) << grid.status();
  EXPECT_EQ(grid->loads[0], (LoadLevel{LoadKind::kRate, 0.5}));
  EXPECT_EQ(grid->datasets.size(), 1u) << "the one that is found";
}

TEST(GridFlagsTest, AutoFindsTheLoads) {
  const auto grid = GridOf({"--target", "off=a:1", "--bs", "auto"});
  ASSERT_TRUE(grid.ok()) << grid.status();
  EXPECT_TRUE(grid->bs_auto);
  EXPECT_TRUE(grid->loads.empty());
}

TEST(GridFlagsTest, AnEmptyGridIsRefused) {
  EXPECT_THAT(RefusalOf({"--bs", "1"}), HasSubstr("--target: a sweep needs at least one"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1"}), HasSubstr("--bs: a sweep needs loads"));
  EXPECT_THAT(RefusalOf({"--target", "http://a:1", "--bs", "1"}),
              HasSubstr("--target: http://a:1 needs a name"));
}

TEST(GridFlagsTest, WhatIsGivenTwiceIsRefused) {
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--target", "off=b:1", "--bs", "1"}),
              HasSubstr("--target: two targets are named off"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1,http://a:1", "--bs", "1"}),
              HasSubstr("--target: http://a:1 is given twice"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", "1,4,1"}),
              HasSubstr("--bs: 1 is given twice"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", "1", "--dataset", "x,x"}),
              HasSubstr("--dataset: x is given twice"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", "1", "--tier", "mixed,mixed"}),
              HasSubstr("--tier: mixed is given twice"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", "1", "--temperature", "1,1.0"}),
              HasSubstr("--temperature: 1.0 is given twice"));
}

TEST(GridFlagsTest, ValuesOfTheWrongFormAreRefused) {
  for (const char* bs : {"0", "x", "-4", "1.5", "1,auto", "2000000"}) {
    EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", bs}),
                HasSubstr("--bs: need whole numbers"))
        << bs;
  }
  EXPECT_THAT(
      RefusalOf({"--target", "off=a:1", "--request-rate", "1,0"}),
      HasSubstr("--request-rate: need a number of requests per second from 0.001 to 1000000"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", "1", "--request-rate", "2"}),
              HasSubstr("--bs: can't be combined with --request-rate"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", "1", "--arrival", "constant"}),
              HasSubstr("--arrival: is of an open loop: give its --request-rate"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1", "--bs", "1", "--temperature", "server"}),
              HasSubstr("--temperature: need numbers of at least 0"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1,gpus=x", "--bs", "1"}), HasSubstr("--target: gpus:"));
  EXPECT_THAT(RefusalOf({"--target", "off=a:1,x=http://b:1", "--bs", "1"}),
              HasSubstr("--target: off=a:1,x=http://b:1 has two names, off and x"));
}

}  // namespace
}  // namespace specctl::cli
