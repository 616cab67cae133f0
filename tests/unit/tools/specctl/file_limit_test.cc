#include "tools/specctl/file_limit.h"

#include <sys/resource.h>

#include <string>

#include <gmock/gmock.h>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string LimitRefusal(uint32_t bs, uint32_t agents, uint64_t files_max) {
  const absl::Status status = CheckFileLimit({.bs = bs, .agents = agents}, files_max);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  return std::string(status.message());
}

TEST(FileLimitTest, SlotsThatDoNotFitAreRefusedWithARemedyThatFits) {
  EXPECT_TRUE(CheckFileLimit({.bs = 512, .agents = 1}, 1024).ok());
  const std::string text = LimitRefusal(4096, 2, 1024);
  EXPECT_THAT(text, HasSubstr("--bs 4096 over --agents 2: an agent would need 2112 open files, and "
                              "the limit here is 1024; use --agents 5, or "));
  EXPECT_THAT(text, HasSubstr("ulimit -n 2112"));
  EXPECT_TRUE(CheckFileLimit({.bs = 4096, .agents = 5}, 1024).ok());
  EXPECT_TRUE(CheckFileLimit({.bs = 4096, .agents = 2}, 2112).ok());
}

TEST(FileLimitTest, TheFewestAgentsThatFitAreNamed) {
  EXPECT_THAT(LimitRefusal(384, 1, 256), HasSubstr("use --agents 2,"));
  EXPECT_TRUE(CheckFileLimit({.bs = 384, .agents = 2}, 256).ok());
}

TEST(FileLimitTest, WhereNoNumberOfAgentsFitsTheLimitAloneIsNamed) {
  const std::string few = LimitRefusal(300, 2, 60);
  EXPECT_THAT(few, Not(HasSubstr("use --agents")));
  EXPECT_THAT(few, HasSubstr("ulimit -n 214"));
  // 50 agents of 6 slots would fit, but the controller could not hold 50 sessions.
  EXPECT_THAT(LimitRefusal(300, 2, 70), Not(HasSubstr("use --agents")));
  EXPECT_THAT(LimitRefusal(1, 1, 64), Not(HasSubstr("use --agents")));
}

TEST(FileLimitTest, TheControllersOwnFilesCount) {
  EXPECT_THAT(LimitRefusal(51, 51, 70), HasSubstr("the controller would need 134 open files"));
}

TEST(FileLimitTest, StreamsThatFitAreThoseThatARunIsAllowed) {
  EXPECT_EQ(StreamsThatFit(1024), 960u);
  EXPECT_TRUE(CheckFileLimit({.bs = 960, .agents = 1}, 1024).ok());
  EXPECT_FALSE(CheckFileLimit({.bs = 961, .agents = 1}, 1024).ok());
  EXPECT_EQ(StreamsThatFit(64), 0u);
}

TEST(FileLimitTest, TheSoftLimitIsRaisedToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit lower = before;
  lower.rlim_cur = before.rlim_max / 2;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EQ(RaiseFileLimit(), before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace specctl::cli
