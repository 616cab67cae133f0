#include "common/net/attempt_pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

TEST(InterleaveFamiliesTest, FamiliesTakeTurnsAndKeepTheirOrder) {
  EXPECT_THAT(InterleaveFamilies(std::vector<char>{1, 1, 1, 0, 0}), ElementsAre(0, 3, 1, 4, 2));
  EXPECT_THAT(InterleaveFamilies(std::vector<char>{0, 1, 1}), ElementsAre(0, 1, 2));
  EXPECT_THAT(InterleaveFamilies(std::vector<char>{0, 0}), ElementsAre(0, 1));
  EXPECT_THAT(InterleaveFamilies({}), IsEmpty());
}

TEST(AttemptPaceTest, AttemptsBeginADelayApart) {
  const MonoTime now(1h);
  AttemptPace pace(2);
  EXPECT_LE(pace.next_due(), now) << "the first begins at once";
  EXPECT_EQ(pace.BeginAttempt(now), 0u);
  EXPECT_EQ(pace.next_due(), now + 250ms);
  EXPECT_EQ(pace.BeginAttempt(now + 250ms), 1u);
  EXPECT_EQ(pace.next_due(), MonoTime::max()) << "all have begun";
}

TEST(AttemptPaceTest, AFailureLetsTheNextBeginAtOnce) {
  const MonoTime now(1h);
  AttemptPace pace(2);
  pace.BeginAttempt(now);
  pace.OnFailure();
  EXPECT_LE(pace.next_due(), now);
  EXPECT_FALSE(pace.all_failed());
  pace.BeginAttempt(now + 1ms);
  pace.OnFailure();
  EXPECT_TRUE(pace.all_failed());
}

TEST(AttemptPaceTest, OneThatIsGivenUpHastensNothing) {
  const MonoTime now(1h);
  AttemptPace pace(2);
  pace.BeginAttempt(now);
  pace.OnGivenUp();
  EXPECT_EQ(pace.next_due(), now + 250ms);
}

}  // namespace
}  // namespace specctl
