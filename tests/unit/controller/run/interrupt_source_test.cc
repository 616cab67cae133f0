#include "controller/run/interrupt_source.h"

#include <gtest/gtest.h>

#include <csignal>

namespace specctl::controller {
namespace {

// Signals are of the process: each test is in a process of its own.
TEST(InterruptSourceDeathTest, TwoSignalsAreCountedAndTheThirdEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const InterruptSource source;
        std::raise(SIGINT);
        std::raise(SIGTERM);
        if (source.token().requests() != 2) _exit(1);
        std::raise(SIGTERM);
        _exit(2);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptSourceDeathTest, OneSignalOnlyCounts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const InterruptSource source;
        const bool none = source.token().requests() == 0;
        std::raise(SIGINT);
        _exit(none && source.token().requests() == 1 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(InterruptSourceDeathTest, EachSourceCountsFromNone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        {
          const InterruptSource source;
          std::raise(SIGINT);
          std::raise(SIGINT);
        }
        const InterruptSource source;
        const bool none = source.token().requests() == 0;
        std::raise(SIGINT);
        _exit(none && source.token().requests() == 1 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(InterruptSourceDeathTest, WithoutASourceSignalsEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        { const InterruptSource source; }
        std::raise(SIGINT);
        _exit(0);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace specctl::controller
