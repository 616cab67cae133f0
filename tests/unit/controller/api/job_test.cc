#include "controller/api/job.h"

#include <string>

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

TEST(JobTest, AnIdIsLettersDigitsDotsAndDashes) {
  for (const char* id : {"a", "Z", "7", "20261122-101410-7f3a", "run_1.B-c", "a..b", "x-", "x."}) {
    EXPECT_TRUE(IsJobId(id)) << id;
  }
}

TEST(JobTest, AnIdNamesNoOtherFolder) {
  for (const char* id : {"", ".", "..", "../jobs", "a/b", "/etc", "a/../../b", "a\\b", "~", "-rf",
                         ".new-a", ".old-a", "_a"}) {
    EXPECT_FALSE(IsJobId(id)) << id;
  }
}

TEST(JobTest, AnIdHasNothingThatIsNotAscii) {
  using std::string_literals::operator""s;
  for (const std::string& id : {"é"s, "aé"s, "ａ"s, "a\0"s, "\0a"s, "a\n"s, "a b"s, "a\x7f"s,
                                "a\xff"s, "a:b"s, "a%2fb"s, "a@b"s, "a[b"s, "a`b"s, "a{b"s}) {
    EXPECT_FALSE(IsJobId(id)) << id;
  }
}

TEST(JobTest, AnIdHasAtMost64Characters) {
  EXPECT_TRUE(IsJobId(std::string(64, 'a')));
  EXPECT_FALSE(IsJobId(std::string(65, 'a')));
}

TEST(JobTest, AStateWaitsOrRunsOrIsOver) {
  struct Case {
    JobState state;
    std::string_view name;
    bool waits, over;
  };
  for (const Case& one :
       {Case{JobState::kQueued, "queued", true, false},
        Case{JobState::kNeedsSecret, "needs_secret", true, false},
        Case{JobState::kRunning, "running", false, false},
        Case{JobState::kDone, "done", false, true}, Case{JobState::kFailed, "failed", false, true},
        Case{JobState::kCancelled, "cancelled", false, true}}) {
    EXPECT_EQ(NameOf(one.state), one.name);
    EXPECT_EQ(IsWaiting(one.state), one.waits) << one.name;
    EXPECT_EQ(IsOver(one.state), one.over) << one.name;
  }
}

}  // namespace
}  // namespace specctl::controller
