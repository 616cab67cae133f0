#include "tools/sim/iteration_log.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

MonoTime Ended(int64_t nanos) { return MonoTime(Nanos(nanos)); }

TEST(IterationLogTest, KeepsTheLatestForOneReader) {
  IterationLog log(3);
  for (int64_t i = 1; i <= 5; ++i) {
    log.Add({.number = static_cast<uint64_t>(i), .end = Ended(i), .draft_tokens = 3});
  }
  const auto first = log.TakeBefore(Ended(5));
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].number, 3u);
  EXPECT_EQ(log.TakeBefore(Ended(99)).size(), 1u);
  EXPECT_EQ(log.TakeDropped().draft_tokens, 6u);
  EXPECT_EQ(log.TakeDropped().draft_tokens, 0u);
  EXPECT_TRUE(log.TakeBefore(Ended(99)).empty());
}

TEST(IterationLogTest, WithoutRoomItKeepsNothing) {
  IterationLog log(0);
  log.Add({.number = 1});
  EXPECT_TRUE(log.TakeBefore(MonoTime::max()).empty());
}

}  // namespace
}  // namespace specctl::sim
