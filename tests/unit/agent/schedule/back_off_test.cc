#include "agent/schedule/back_off.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace specctl::agent {
namespace {

using std::chrono::milliseconds;

TEST(BackOffTest, DoublesFromATenthOfASecondToTenSeconds) {
  BackOff back_off(7);
  Nanos whole = milliseconds(100);
  for (int k = 1; k <= 12; ++k) {
    const Nanos wait = back_off.OnFailure();
    EXPECT_GE(wait, whole / 2) << "failure " << k;
    EXPECT_LE(wait, whole) << "failure " << k;
    whole = std::min<Nanos>(whole * 2, std::chrono::seconds(10));
  }
}

TEST(BackOffTest, ASuccessBeginsAnew) {
  BackOff back_off(7);
  const Nanos first = back_off.OnFailure();
  for (int k = 0; k < 5; ++k) back_off.OnFailure();
  back_off.OnSuccess();
  EXPECT_EQ(back_off.failures(), 0u);
  EXPECT_EQ(back_off.OnFailure(), first);
}

TEST(BackOffTest, SlotsThatFailTogetherDoNotComeBackTogether) {
  std::set<Nanos> waits;
  for (uint64_t slot = 0; slot < 512; ++slot) waits.insert(BackOff(slot).OnFailure());
  EXPECT_GT(waits.size(), 500u);
  // Spread over the whole range, not clustered.
  EXPECT_LT(*waits.begin(), milliseconds(52));
  EXPECT_GT(*waits.rbegin(), milliseconds(98));
}

}  // namespace
}  // namespace specctl::agent
