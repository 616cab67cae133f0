#include "controller/fleet/probe_history.h"

#include <gtest/gtest.h>

#include <vector>

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Sent at `at_ns`, on its ways for `delay_ns`, after 1 ms in the controller.
ClockExchange Exchange(int64_t at_ns, int64_t delay_ns) {
  return {.agent_send_mono_ns = at_ns,
          .controller_receive_mono_ns = at_ns,
          .controller_send_mono_ns = at_ns + 1'000'000,
          .agent_receive_mono_ns = at_ns + 1'000'000 + delay_ns};
}

std::vector<int64_t> SentAt(const ProbeHistory& history) {
  std::vector<int64_t> times;
  for (const ClockExchange& probe : history.Probes()) times.push_back(probe.agent_send_mono_ns);
  return times;
}

TEST(ProbeHistoryTest, OfTenSecondsTheQuickestIsKept) {
  ProbeHistory history;
  MonoTime now{seconds(1000)};
  history.AddProbe(Exchange(1, 50), now);
  history.AddProbe(Exchange(2, 20), now);
  history.AddProbe(Exchange(3, 30), now + milliseconds(9'999));
  EXPECT_EQ(SentAt(history), (std::vector<int64_t>{2}));
  history.AddProbe(Exchange(4, 90), now + seconds(10));
  EXPECT_EQ(SentAt(history), (std::vector<int64_t>{2, 4}));
}

TEST(ProbeHistoryTest, TimeInTheControllerIsNoDelay) {
  ProbeHistory history;
  ClockExchange slow_answer = Exchange(1, 10);
  slow_answer.controller_send_mono_ns += 5'000'000;
  slow_answer.agent_receive_mono_ns += 5'000'000;
  history.AddProbe(slow_answer, MonoTime(seconds(1)));
  history.AddProbe(Exchange(2, 11), MonoTime(seconds(2)));
  EXPECT_EQ(SentAt(history), (std::vector<int64_t>{1}));
}

TEST(ProbeHistoryTest, WhatIsOlderThanTenMinutesGoes) {
  ProbeHistory history;
  const MonoTime now{seconds(1000)};
  history.AddProbe(Exchange(1, 1), now);
  history.AddProbe(Exchange(2, 1), now + minutes(6));
  history.AddProbe(Exchange(3, 1), now + minutes(11));
  EXPECT_EQ(SentAt(history), (std::vector<int64_t>{2, 3}));
}

TEST(ProbeHistoryTest, ItIsBoundedHoweverManyProbesCome) {
  ProbeHistory history;
  MonoTime now{seconds(1000)};
  for (int64_t i = 0; i < 100'000; ++i, now += milliseconds(20)) {
    history.AddProbe(Exchange(i, i % 7), now);
    ASSERT_LE(history.Probes().size(), ProbeHistory::kProbesMax);
  }
  EXPECT_GE(history.Probes().size(), ProbeHistory::kProbesMax - 1);
}

}  // namespace
}  // namespace specctl::controller
