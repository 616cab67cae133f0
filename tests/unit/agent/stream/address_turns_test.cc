#include "agent/stream/address_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using ::testing::ElementsAre;

constexpr MonoTime kNow{Nanos(1'000'000'000'000)};

std::vector<size_t> Take(AddressTurns& turns, int count, MonoTime now = kNow) {
  std::vector<size_t> taken;
  for (int i = 0; i < count; ++i) taken.push_back(turns.TakeNext(now));
  return taken;
}

TEST(AddressTurnsTest, EachIsTakenInTurnFromWhereItBegins) {
  AddressTurns turns(3, 4);
  EXPECT_THAT(Take(turns, 6), ElementsAre(1, 2, 0, 1, 2, 0));
}

TEST(AddressTurnsTest, OneThatFailedIsPassedOverForAWhile) {
  AddressTurns turns(3, 0);
  turns.OnFailed(1, kNow);
  EXPECT_THAT(Take(turns, 4), ElementsAre(0, 2, 0, 2));
  EXPECT_THAT(Take(turns, 3, kNow + AddressTurns::kPassedOverFor), ElementsAre(0, 1, 2));
}

TEST(AddressTurnsTest, WhereAllFailedTheyAreTriedInTurn) {
  AddressTurns turns(2, 0);
  turns.OnFailed(0, kNow);
  turns.OnFailed(1, kNow);
  EXPECT_THAT(Take(turns, 3), ElementsAre(0, 1, 0));
}

}  // namespace
}  // namespace specctl::agent
