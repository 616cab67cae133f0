#include "tools/specctl/run_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

class RunFlagsTest : public ::testing::Test {
 protected:
  std::string Refusal(const std::string& line) {
    try {
      app_.parse(line);
    } catch (const CLI::Error& error) {
      return error.what();
    }
    return std::string(CheckRunFlags(*flags_).message());
  }

  CLI::App app_;
  const std::shared_ptr<RunFlags> flags_ = AddRunFlags(app_);
};

TEST_F(RunFlagsTest, WhatBecomesOfARunIsNotPartOfTheRequest) {
  EXPECT_EQ(Refusal("--output-artifact-dir /tmp/x --format json --strict --like id"), "");
  EXPECT_EQ(flags_->output_dir, "/tmp/x");
  EXPECT_EQ(flags_->format.format, "json");
  EXPECT_TRUE(flags_->strict);
  EXPECT_FALSE(flags_->dry_run);
  EXPECT_EQ(flags_->like, "id");
}

TEST_F(RunFlagsTest, ADryRunPrintsText) {
  EXPECT_THAT(Refusal("--dry-run --format json"),
              HasSubstr("--dry-run: can't be combined with --format json"));
}

TEST_F(RunFlagsTest, ThePagesColumnsAreChosenAsForReport) {
  EXPECT_EQ(Refusal("--columns min,max"), "");
  ASSERT_EQ(flags_->format.columns.size(), 2u);
  EXPECT_EQ(flags_->format.columns[1]->key, "max");
  EXPECT_THAT(Refusal("--columns min --format csv"), HasSubstr("--columns: needs --format text"));
}

TEST_F(RunFlagsTest, WhatIsPlannedIsRefusedByName) {
  EXPECT_THAT(Refusal("--draft-length 5"),
              HasSubstr("--draft-length: planned, but not implemented"));
}

TEST_F(RunFlagsTest, WhatIsNoFlagIsRefused) {
  EXPECT_THAT(Refusal("--bogus"), HasSubstr("--bogus"));
}

}  // namespace
}  // namespace specctl::cli
