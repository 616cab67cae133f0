#include "common/figures/stage.h"

#include <gtest/gtest.h>

#include "tests/unit/common/figures/documented_names.h"

namespace specctl {
namespace {

TEST(StageTest, TheDocumentListsEachStageAndNoOther) {
  const std::string section = testing::Section(testing::MetricsDocument(), "Stages and the hold");
  EXPECT_EQ(testing::NamesInTables(section), testing::NamesOf(StageNames()));
}

TEST(StageTest, EachHasTheNameOfItsRow) {
  for (const NamedValue<Stage>& named : StageNames()) EXPECT_EQ(StageName(named.value), named.name);
  EXPECT_EQ(StageName(Stage::kHold), "hold");
}

TEST(StageTest, AStageOfTheLoadIsNamedAlikeWhileTheRunRuns) {
  for (const NamedValue<Stage>& named : StageNames()) {
    EXPECT_EQ(LiveStageName(LiveStageOf(named.value)), named.name);
  }
  EXPECT_EQ(LiveStageName(LiveStage::kPreparing), "preparing");
  EXPECT_EQ(LiveStageName(LiveStage::kDone), "done");
}

}  // namespace
}  // namespace specctl
