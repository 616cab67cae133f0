#include "common/timeline/clock_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

namespace specctl {
namespace {

constexpr int64_t kUs = 1'000, kMs = 1'000'000, kS = 1'000'000'000;

// Two hosts and the network between them; `now_ns` is the controller's clock and the truth.
class Hosts {
 public:
  using Offset = std::function<double(int64_t controller_ns)>;

  Hosts(Offset offset, uint64_t seed) : offset_(std::move(offset)), engine_(seed) {}

  // Each way takes its base time and an exponential wait.
  int64_t way_there_ns = 50 * kUs, way_back_ns = 50 * kUs;
  double wait_there_ns = 300e3, wait_back_ns = 300e3;

  int64_t AgentTime(int64_t controller_ns) const {
    return controller_ns + std::llround(offset_(controller_ns));
  }

  ClockProbed Probe(int64_t now_ns) {
    const int64_t arrival = now_ns + way_there_ns + Wait(wait_there_ns);
    const int64_t answer = arrival + 20 * kUs;
    const int64_t end = answer + way_back_ns + Wait(wait_back_ns);
    return {.agent = 0,
            .controller_send_mono_ns = answer,
            .agent_receive_mono_ns = AgentTime(end),
            .agent_send_mono_ns = AgentTime(now_ns),
            .controller_receive_mono_ns = arrival};
  }

  // `bursts` bursts of 16, `every_ns` apart, into `map`.
  void Burst(ClockMap& map, int64_t from_ns, int bursts, int64_t every_ns = 5 * kS) {
    for (int burst = 0; burst < bursts; ++burst) {
      int64_t now_ns = from_ns + burst * every_ns;
      for (int i = 0; i < 16; ++i) {
        const ClockProbed probe = Probe(now_ns);
        EXPECT_TRUE(map.AddProbe(probe));
        now_ns = probe.controller_send_mono_ns + 1000 * kUs;
      }
    }
  }

 private:
  int64_t Wait(double mean_ns) {
    if (mean_ns == 0) return 0;
    return std::llround(std::exponential_distribution<double>(1 / mean_ns)(engine_));
  }

  const Offset offset_;
  std::mt19937_64 engine_;
};

// An offset that begins at 1.5 days and drifts steadily.
Hosts::Offset Drifting(double drift) {
  return [drift](int64_t ns) { return 1.296e14 + drift * static_cast<double>(ns); };
}

// The largest error and bound over [from_ns, to_ns], both ways; each bound must hold its error.
struct Worst {
  int64_t error_ns = 0, bound_ns = 0;
};
Worst Check(const ClockMap& map, const Hosts& hosts, int64_t from_ns, int64_t to_ns) {
  Worst worst;
  for (int64_t truth = from_ns; truth <= to_ns; truth += (to_ns - from_ns) / 997) {
    const MappedTime mapped = *map.ToController(hosts.AgentTime(truth));
    const int64_t error = std::abs(mapped.mono_ns - truth);
    EXPECT_LE(error, mapped.bound_ns) << "at " << truth;
    const MappedTime back = *map.ToAgent(truth);
    EXPECT_LE(std::abs(back.mono_ns - hosts.AgentTime(truth)), back.bound_ns) << "at " << truth;
    worst.error_ns = std::max(worst.error_ns, error);
    worst.bound_ns = std::max(worst.bound_ns, mapped.bound_ns);
  }
  return worst;
}

TEST(ClockMapTest, WithoutProbesNothingIsKnown) {
  const ClockMap map;
  EXPECT_FALSE(map.ToController(5).has_value());
  EXPECT_FALSE(map.ToAgent(5).has_value());
}

TEST(ClockMapTest, OneKernelIsOneClock) {
  ClockMap map;
  map.SetHosts({.agent_boot_id = "b", .controller_boot_id = "b"});
  EXPECT_EQ(map.ToController(123)->mono_ns, 123);
  EXPECT_EQ(map.ToController(123)->bound_ns, 0);
  EXPECT_EQ(map.ToAgent(123)->mono_ns, 123);
  EXPECT_EQ(map.ToAgent(123)->bound_ns, 0);
}

TEST(ClockMapTest, UnknownOrUnequalBootIdsAreTwoClocks) {
  ClockMap map;
  map.SetHosts({.agent_boot_id = "", .controller_boot_id = ""});
  EXPECT_FALSE(map.ToController(5).has_value());
  map.SetHosts({.agent_boot_id = "a", .controller_boot_id = "b"});
  EXPECT_FALSE(map.ToController(5).has_value());
}

// In the order in which they happen.
ClockProbed Times(int64_t agent_send, int64_t controller_receive, int64_t controller_send,
                  int64_t agent_receive) {
  return {.agent = 0,
          .controller_send_mono_ns = controller_send,
          .agent_receive_mono_ns = agent_receive,
          .agent_send_mono_ns = agent_send,
          .controller_receive_mono_ns = controller_receive};
}

TEST(ClockMapTest, OneProbeBoundsTheOffsetByHalfItsDelay) {
  ClockMap map;
  // 70 us there, 10 us in the controller, 30 us back; the agent's clock is 1 s ahead.
  EXPECT_TRUE(map.AddProbe(Times(1'001'000'000, 1'070'000, 1'080'000, 1'001'110'000)));
  const MappedTime mapped = *map.ToController(1'001'055'000);
  EXPECT_EQ(mapped.mono_ns, 1'075'000);  // the truth is 1,055,000
  EXPECT_EQ(mapped.bound_ns, 50'001);
}

TEST(ClockMapTest, TheQuickestProbeOfABurstCounts) {
  ClockMap map;
  EXPECT_TRUE(map.AddProbe(Times(0, 900 * kUs, 900 * kUs, 1 * kMs)));
  EXPECT_TRUE(
      map.AddProbe(Times(2 * kMs, 2 * kMs + 10 * kUs, 2 * kMs + 10 * kUs, 2 * kMs + 20 * kUs)));
  EXPECT_TRUE(map.AddProbe(Times(3 * kMs, 3 * kMs + 100 * kUs, 3 * kMs + 100 * kUs, 4 * kMs)));
  EXPECT_EQ(map.ToController(2 * kMs + 10 * kUs)->mono_ns, 2 * kMs + 10 * kUs);
  EXPECT_EQ(map.ToController(2 * kMs + 10 * kUs)->bound_ns, 10 * kUs + 1);
}

TEST(ClockMapTest, ADriftOfFiftyPpmIsFollowed) {
  for (const double drift : {50e-6, -50e-6, 200e-6, 0.0}) {
    Hosts hosts(Drifting(drift), 1);
    ClockMap map;
    hosts.Burst(map, 10 * kS, 120);  // 10 minutes, in which 50 ppm are 30 ms
    const Worst worst = Check(map, hosts, 10 * kS, 605 * kS);
    EXPECT_LE(worst.error_ns, 60 * kUs) << drift;
    EXPECT_LE(worst.bound_ns, 350 * kUs) << drift;
  }
}

TEST(ClockMapTest, TheBoundHoldsWithUnevenWays) {
  Hosts hosts(Drifting(50e-6), 2);
  hosts.way_there_ns = 400 * kUs;
  hosts.wait_there_ns = 800e3;
  hosts.wait_back_ns = 20e3;
  ClockMap map;
  hosts.Burst(map, 10 * kS, 60);
  const Worst worst = Check(map, hosts, 10 * kS, 305 * kS);
  EXPECT_GE(worst.error_ns, 170 * kUs);  // half the difference can't be seen
  EXPECT_LE(worst.bound_ns, 500 * kUs);
}

TEST(ClockMapTest, BeyondTheProbesTheBoundGrows) {
  Hosts hosts(Drifting(50e-6), 3);
  ClockMap map;
  hosts.Burst(map, 100 * kS, 12);
  const Worst inside = Check(map, hosts, 100 * kS, 155 * kS);
  const Worst beyond = Check(map, hosts, 160 * kS, 760 * kS);
  const Worst ahead = Check(map, hosts, 1 * kS, 99 * kS);
  EXPECT_GT(beyond.bound_ns, 2 * inside.bound_ns);
  EXPECT_LT(beyond.bound_ns, 10 * kMs);
  EXPECT_LT(ahead.bound_ns, 2 * kMs);
}

TEST(ClockMapTest, OneBurstLeavesTheDriftOpen) {
  Hosts hosts(Drifting(400e-6), 4);
  ClockMap map;
  hosts.Burst(map, 10 * kS, 1);
  const Worst worst = Check(map, hosts, 10 * kS, 13 * kS);
  EXPECT_GE(worst.bound_ns, 1'500 * kUs);
  EXPECT_LE(worst.bound_ns, 1'800 * kUs);
}

TEST(ClockMapTest, StepsAreHeldByTheBoundAndLeaveTheRestSharp) {
  for (const double step_ns : {5e9, 1e6, 0.5e6, 0.2e6}) {
    Hosts hosts(
        [&](int64_t ns) {
          return 1e12 + 20e-6 * static_cast<double>(ns) + (ns > 152'300 * kMs ? step_ns : 0);
        },
        5);
    ClockMap map;
    hosts.Burst(map, 10 * kS, 60);
    Check(map, hosts, 145 * kS, 160 * kS);
    for (const Worst& worst :
         {Check(map, hosts, 10 * kS, 149 * kS), Check(map, hosts, 156 * kS, 305 * kS)}) {
      EXPECT_LE(worst.bound_ns, 500 * kUs) << step_ns;
    }
  }
}

TEST(ClockMapTest, ASuspendedAgentIsHeldByTheBound) {
  // Its clock stands still for 3.8 s between two bursts.
  Hosts hosts(
      [](int64_t ns) {
        return 1e12 - static_cast<double>(std::clamp<int64_t>(ns - 151 * kS, 0, 3'800 * kMs));
      },
      5);
  ClockMap map;
  hosts.Burst(map, 10 * kS, 60);
  EXPECT_GT(Check(map, hosts, 145 * kS, 160 * kS).bound_ns, 1'900 * kMs);
  EXPECT_LE(Check(map, hosts, 156 * kS, 305 * kS).bound_ns, 500 * kUs);
}

TEST(ClockMapTest, AClockThatIsSlewedAnewIsFollowed) {
  Hosts hosts(
      [](int64_t ns) {
        return 1e12 + 100e-6 * static_cast<double>(std::max<int64_t>(0, ns - 150 * kS));
      },
      6);
  ClockMap map;
  hosts.Burst(map, 10 * kS, 60);
  EXPECT_LE(Check(map, hosts, 10 * kS, 305 * kS).bound_ns, 1 * kMs);
}

TEST(ClockMapTest, LaterProbesSharpenEarlierTimes) {
  Hosts hosts(Drifting(50e-6), 7);
  ClockMap map;
  hosts.Burst(map, 10 * kS, 1);
  const int64_t early = hosts.AgentTime(12 * kS);
  const int64_t before = map.ToController(early)->bound_ns;
  hosts.Burst(map, 15 * kS, 10);
  EXPECT_LT(map.ToController(early)->bound_ns, before / 3);
}

TEST(ClockMapTest, ContradictoryProbesArePassedOver) {
  ClockMap map;
  EXPECT_FALSE(map.AddProbe(Times(100, 500, 499, 200)));  // left before it came
  EXPECT_FALSE(map.AddProbe(Times(200, 500, 510, 100)));  // ended before it began
  EXPECT_FALSE(map.AddProbe(Times(100, 500, 601, 200)));  // longer there than here
  EXPECT_FALSE(map.AddProbe(Times(-1, 500, 510, 200)));
  EXPECT_FALSE(map.AddProbe(Times(100, INT64_MIN, INT64_MAX, 200)));
  EXPECT_FALSE(map.ToController(500).has_value());
  EXPECT_TRUE(map.AddProbe(Times(100, 500, 510, 200)));
  EXPECT_FALSE(map.AddProbe(Times(300, 400, 410, 400)));  // before the one before
  EXPECT_EQ(map.ToController(150)->mono_ns, 505);
}

TEST(ClockMapTest, AbsurdTimesAreMappedWithoutOverflow) {
  Hosts hosts(Drifting(50e-6), 8);
  ClockMap map;
  hosts.Burst(map, 10 * kS, 3);
  for (const int64_t time : {INT64_MIN, int64_t{-1}, INT64_MAX}) {
    EXPECT_GT(map.ToController(time)->bound_ns, kS);
    EXPECT_GT(map.ToAgent(time)->bound_ns, 0);
  }
}

}  // namespace
}  // namespace specctl
