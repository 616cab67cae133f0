#include "common/analysis/controller_lives.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// T0 is at 1000 s of the first life's clock, boot-a.
class ControllerLivesTest : public ::testing::Test {
 protected:
  ControllerLivesTest() {
    lives_.OnArmed({.t0_mono_ns = kT0MonoNs, .t0_unix_ns = kT0UnixNs, .boot_id = "boot-a"});
  }
  // A life that begins so long after T0, where its host's clock shows `mono_s`.
  void Begin(const std::string& boot_id, int64_t after_t0_s, int64_t mono_s) {
    lives_.OnControllerBegan({.boot_id = boot_id,
                              .mono_ns = mono_s * kSecond,
                              .unix_ns = kT0UnixNs + after_t0_s * kSecond});
  }

  ControllerLives lives_;
};

TEST_F(ControllerLivesTest, TheFirstLifeIsNoRestart) {
  EXPECT_EQ(lives_.restarts(), 0u);
  EXPECT_EQ(lives_.away_ns(), 0);
  EXPECT_FALSE(lives_.shifted());
  EXPECT_FALSE(lives_.by_wall_clock());
  EXPECT_EQ(lives_.OnThisClock(5), 5);
}

TEST_F(ControllerLivesTest, LivesOfOneBootShareAClock) {
  lives_.OnSeen(kT0MonoNs + 10 * kSecond);
  // The wall clock was stepped meanwhile: it tells nothing here.
  Begin("boot-a", 5'000, 1'017);
  EXPECT_EQ(lives_.restarts(), 1u);
  EXPECT_FALSE(lives_.shifted());
  EXPECT_FALSE(lives_.by_wall_clock());
  EXPECT_EQ(lives_.away_ns(), 7 * kSecond);
}

TEST_F(ControllerLivesTest, AnotherBootsLifeIsJoinedByWallClock) {
  lives_.OnSeen(kT0MonoNs + 10 * kSecond);
  Begin("boot-b", 25, 40);
  EXPECT_TRUE(lives_.shifted());
  EXPECT_TRUE(lives_.by_wall_clock());
  EXPECT_EQ(lives_.away_ns(), 15 * kSecond);
  EXPECT_EQ(lives_.OnThisClock(kT0MonoNs), 15 * kSecond) << "T0 was 25 s before its 40 s";
  const Event event = lives_.OnFirstClock(StageChanged{.at_mono_ns = 41 * kSecond});
  EXPECT_EQ(std::get<StageChanged>(event).at_mono_ns, kT0MonoNs + 26 * kSecond);
}

TEST_F(ControllerLivesTest, ABootThatIsNotKnownIsAnother) {
  ControllerLives unknown;
  unknown.OnArmed({.t0_mono_ns = kT0MonoNs, .t0_unix_ns = kT0UnixNs, .boot_id = ""});
  unknown.OnControllerBegan({.boot_id = "", .mono_ns = kSecond, .unix_ns = kT0UnixNs});
  EXPECT_TRUE(unknown.by_wall_clock());
  EXPECT_EQ(unknown.OnThisClock(kT0MonoNs), kSecond);
}

TEST_F(ControllerLivesTest, TimesAwayAddUpAndAreNeverNegative) {
  lives_.OnSeen(kT0MonoNs + 10 * kSecond);
  Begin("boot-a", 12, 1'012);
  Begin("boot-a", 15, 1'015);  // it died before it saw anything
  EXPECT_EQ(lives_.away_ns(), 5 * kSecond);
  lives_.OnSeen(kT0MonoNs + 20 * kSecond);
  Begin("boot-b", 19, 40);  // whose wall clock is a second behind
  EXPECT_EQ(lives_.away_ns(), 5 * kSecond);
  EXPECT_EQ(lives_.restarts(), 3u);
}

TEST_F(ControllerLivesTest, ItReturnsToTheFirstClock) {
  Begin("boot-b", 25, 40);
  Begin("boot-a", 30, 1'030);
  EXPECT_FALSE(lives_.shifted());
  EXPECT_TRUE(lives_.by_wall_clock()) << "a life was joined so";
  EXPECT_EQ(lives_.OnThisClock(kT0MonoNs), kT0MonoNs);
}

TEST_F(ControllerLivesTest, WhereNothingElseWasSeenItWasThereAtT0) {
  Begin("boot-a", 100, 1'100);
  EXPECT_EQ(lives_.away_ns(), 100 * kSecond);
  EXPECT_EQ(lives_.restarts(), 1u);
}

TEST(ControllerLivesOfNoRunTest, ALifeBeforeT0IsCountedAndNothingElse) {
  ControllerLives lives;
  lives.OnControllerBegan({.boot_id = "boot-b", .mono_ns = 5, .unix_ns = 7});
  EXPECT_EQ(lives.restarts(), 1u);
  EXPECT_FALSE(lives.shifted());
  EXPECT_FALSE(lives.by_wall_clock());
}

// By 1 s: of each kind of event, the controller's times and no others.
TEST_F(ControllerLivesTest, ControllersTimesAreShiftedAndNoOthers) {
  Begin("boot-b", 0, 999);
  const auto shifted = [&](const auto& event) {
    return std::get<std::decay_t<decltype(event)>>(lives_.OnFirstClock(event));
  };
  const ClockProbed probe = shifted(ClockProbed{.agent = 1,
                                                .controller_send_mono_ns = 1,
                                                .agent_receive_mono_ns = 2,
                                                .agent_send_mono_ns = 3,
                                                .controller_receive_mono_ns = 4});
  EXPECT_EQ(probe.controller_send_mono_ns, kSecond + 1);
  EXPECT_EQ(probe.agent_receive_mono_ns, 2);
  EXPECT_EQ(probe.agent_send_mono_ns, 3);
  EXPECT_EQ(probe.controller_receive_mono_ns, kSecond + 4);
  EXPECT_EQ(shifted(StageChanged{.at_mono_ns = 5}).at_mono_ns, kSecond + 5);
  EXPECT_EQ(shifted(DrainBegun{.until_mono_ns = 6}).until_mono_ns, kSecond + 6);
  EXPECT_EQ(shifted(AgentEnded{.at_mono_ns = 7}).at_mono_ns, kSecond + 7);
  const Scraped scraped = shifted(Scraped{.begin_mono_ns = 8, .end_mono_ns = 9});
  EXPECT_EQ(scraped.begin_mono_ns, kSecond + 8);
  EXPECT_EQ(scraped.end_mono_ns, kSecond + 9);
  EXPECT_EQ(shifted(RunEnded{.at_mono_ns = 10}).at_mono_ns, kSecond + 10);
  AgentBatch batch;
  batch.first_idle_mono_ns = 11;
  EXPECT_EQ(shifted(batch).first_idle_mono_ns, 11) << "an agent's";
}

}  // namespace
}  // namespace specctl
