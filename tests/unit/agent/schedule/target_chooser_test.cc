#include "agent/schedule/target_chooser.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <vector>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1h};

TEST(TargetChooserTest, RoundRobinGoesByPositionWhateverHappens) {
  TargetChooser chooser(UrlPolicy::kRoundRobin, 3);
  EXPECT_EQ(chooser.BeginConversation(0, kStart).target, 0u);
  const TargetChooser::Choice one = chooser.BeginConversation(4, kStart);
  EXPECT_EQ(one.target, 1u);
  chooser.OnRequestEnd(one, TargetSign::kUnreachable, kStart);
  EXPECT_EQ(chooser.BeginConversation(7, kStart).target, 1u);
  EXPECT_EQ(chooser.BeginConversation(8, kStart).target, 2u);
  EXPECT_EQ(chooser.in_flight(1), 2u);
}

TEST(TargetChooserTest, APairGoesToBothTargetsInRandomOrder) {
  TargetChooser chooser(UrlPolicy::kPaired, 2);
  uint32_t second_first = 0;
  for (uint64_t pair = 0; pair < 1000; ++pair) {
    const uint32_t first = chooser.BeginConversation(2 * pair, kStart).target;
    EXPECT_EQ(chooser.BeginConversation(2 * pair + 1, kStart).target, 1 - first);
    second_first += first;
  }
  EXPECT_GT(second_first, 450u);
  EXPECT_LT(second_first, 550u);
}

TEST(TargetChooserTest, LeastInFlightFillsTheEmptiestFirst) {
  TargetChooser chooser(UrlPolicy::kLeastInFlight, 3);
  EXPECT_EQ(chooser.BeginConversation(5, kStart).target, 0u);
  const TargetChooser::Choice one = chooser.BeginConversation(5, kStart);
  EXPECT_EQ(one.target, 1u);
  EXPECT_EQ(chooser.BeginConversation(5, kStart).target, 2u);
  chooser.EndConversation(one);
  EXPECT_EQ(chooser.BeginConversation(0, kStart).target, 1u);
  EXPECT_EQ(chooser.BeginConversation(0, kStart).target, 0u) << "the lowest index among equals";
}

TEST(TargetChooserTest, WhereNoneIsWorthATryTheOneThatIsToBeTriedFirst) {
  TargetChooser chooser(UrlPolicy::kLeastInFlight, 2);
  for (const Nanos at : {Nanos(0), Nanos(10ms)}) {
    const TargetChooser::Choice choice = chooser.BeginConversation(0, kStart + at);
    chooser.OnRequestEnd(choice, TargetSign::kUnreachable, kStart + at);
    chooser.EndConversation(choice);
  }
  const TargetChooser::Choice first = chooser.BeginConversation(0, kStart + 20ms);
  EXPECT_EQ(first.target, 0u);
  EXPECT_TRUE(first.is_try);
  chooser.OnRequestEnd(first, TargetSign::kUnreachable, kStart + 20ms);
  chooser.EndConversation(first);
  EXPECT_EQ(chooser.BeginConversation(0, kStart + 30ms).target, 1u);
}

// Slots of a closed loop on targets that serve in 100 ms, or fail at once while they are dead.
class Loop {
 public:
  Loop(uint32_t slots, uint32_t targets) : chooser_(UrlPolicy::kLeastInFlight, targets) {
    sent_.resize(targets);
    for (uint32_t slot = 0; slot < slots; ++slot) slots_.push_back({kStart, {}, true});
  }
  // In steps of 1 ms; `dead` serves again at `until`.
  void Run(Nanos length, uint32_t dead, MonoTime until) {
    for (const MonoTime end = now_ + length; now_ < end; now_ += 1ms) {
      for (Slot& slot : slots_) {
        if (slot.due > now_) continue;
        if (!slot.idle) Finish(slot, slot.choice.target == dead && now_ < until);
        if (slot.due > now_) continue;
        slot.choice = chooser_.BeginConversation(0, now_);
        slot.idle = false;
        ++sent_[slot.choice.target];
        const bool fails = slot.choice.target == dead && now_ < until;
        slot.due = now_ + (fails ? Nanos(1ms) : Nanos(100ms));
      }
    }
  }
  std::vector<int>& sent() { return sent_; }
  MonoTime now() const { return now_; }
  uint64_t in_flight(uint32_t target) const { return chooser_.in_flight(target); }

 private:
  struct Slot {
    MonoTime due;
    TargetChooser::Choice choice;
    bool idle;
  };
  void Finish(Slot& slot, bool failed) {
    const TargetSign sign = failed ? TargetSign::kUnreachable : TargetSign::kServes;
    chooser_.OnRequestEnd(slot.choice, sign, now_);
    chooser_.EndConversation(slot.choice);
    slot.idle = true;
    if (failed) slot.due = now_ + 75ms;  // the slot's own back-off
  }
  TargetChooser chooser_;
  std::vector<Slot> slots_;
  std::vector<int> sent_;
  MonoTime now_ = kStart;
};

TEST(TargetChooserTest, ATargetThatDiesDoesNotAttractWhatIsLeft) {
  Loop loop(16, 2);
  loop.Run(1s, 1, MonoTime{});
  EXPECT_EQ(loop.sent()[0], loop.sent()[1]);
  loop.sent() = {0, 0};
  loop.Run(10s, 1, MonoTime::max());
  EXPECT_LE(loop.sent()[1], 8 + 8) << "what was in flight, and a trickle";
  EXPECT_GE(loop.sent()[1], 3) << "it is tried again";
  EXPECT_GT(loop.sent()[0], 1400);
}

TEST(TargetChooserTest, ATargetThatServesAgainGetsItsShareBack) {
  Loop loop(16, 2);
  loop.Run(2s, 1, kStart + 2s);
  loop.sent() = {0, 0};
  loop.Run(10s, 1, kStart + 2s);
  EXPECT_NEAR(loop.sent()[1], 8 * 100, 200) << "within seconds";
  EXPECT_EQ(loop.in_flight(0), loop.in_flight(1));
}

}  // namespace
}  // namespace specctl::agent
