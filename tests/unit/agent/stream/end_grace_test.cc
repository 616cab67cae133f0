#include "agent/stream/end_grace.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

TEST(EndGraceTest, ATargetThatNeverEndsABodyIsWaitedForOnce) {
  EndGrace grace;
  EXPECT_EQ(grace.Length(), 500ms);
  grace.OnLeftOpen();
  EXPECT_EQ(grace.Length(), 0ms);
}

TEST(EndGraceTest, WhereBodiesEndTheWaitIsLongBesideWhatTheyTook) {
  EndGrace grace;
  grace.OnEnded(0ms);
  EXPECT_EQ(grace.Length(), 250ms);
  grace.OnEnded(50ms);
  grace.OnEnded(1ms);
  EXPECT_EQ(grace.Length(), 400ms);
  grace.OnLeftOpen();
  EXPECT_EQ(grace.Length(), 400ms) << "some bodies end";
  grace.OnEnded(10s);
  EXPECT_EQ(grace.Length(), 1s);
}

}  // namespace
}  // namespace specctl::agent
