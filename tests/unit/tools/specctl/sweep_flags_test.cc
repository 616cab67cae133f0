#include "tools/specctl/sweep_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class SweepFlagsTest : public ::testing::Test {
 protected:
  std::string RefusalOf(const std::string& line) {
    try {
      app_.parse(line);
    } catch (const CLI::Error& error) {
      return error.what();
    }
    return std::string(CheckSweepFlags(*flags_).status().message());
  }

  CLI::App app_;
  const std::shared_ptr<SweepFlags> flags_ = AddSweepFlags(app_);
};

TEST_F(SweepFlagsTest, TakesTimesAndSwitches) {
  ASSERT_EQ(RefusalOf("--target off=a:1 --bs 1,4 --duration 5s --budget 30m --cool-down 2s"), "");
  const auto times = CheckSweepFlags(*flags_);
  EXPECT_EQ(times->budget, Nanos(30min));
  EXPECT_EQ(times->cool_down, Nanos(2s));
  EXPECT_EQ(times->cool_down_max, Nanos(60s));
}

TEST_F(SweepFlagsTest, APointMustHaveAnEnd) {
  EXPECT_THAT(RefusalOf("--target off=a:1 --bs 1"), HasSubstr("--duration: a sweep needs to know"));
}

TEST_F(SweepFlagsTest, PairsNeedTwoTargets) {
  EXPECT_THAT(RefusalOf("--target off=a:1 --bs 1 --duration 5s --paired"),
              HasSubstr("--paired: needs two targets, got 1"));
}

TEST_F(SweepFlagsTest, CliffsAreForAuto) {
  EXPECT_THAT(RefusalOf("--target off=a:1 --bs 1 --duration 5s --max-num-seqs 4"),
              HasSubstr("--max-num-seqs: is for --bs auto"));
}

TEST_F(SweepFlagsTest, TimesOfTheWrongFormAreRefused) {
  EXPECT_THAT(RefusalOf("--target off=a:1 --bs 1 --duration 5s --budget soon"),
              HasSubstr("--budget: need a duration"));
}

TEST_F(SweepFlagsTest, SingleValuesOfRunAreListsHere) {
  EXPECT_THAT(RefusalOf("--url a:1"), HasSubstr("--url"));
  EXPECT_THAT(RefusalOf("--format xml"), HasSubstr("--format"));
}

}  // namespace
}  // namespace specctl::cli
