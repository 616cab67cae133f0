#include "agent/stream/wakeup.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Reason = Wakeup::Reason;

class WakeupTest : public ::testing::Test {
 protected:
  // Waits once, until `due`; nullopt while it still waits.
  std::optional<Reason> Wait(
      MonoTime due, std::function<void()> meanwhile = [] {}) {
    std::optional<Reason> reason;
    asio::co_spawn(io_, wakeup_.WaitUntil(due),
                   [&](std::exception_ptr, Reason got) { reason = got; });
    asio::post(io_, std::move(meanwhile));
    io_.restart();
    io_.run();
    return reason;
  }
  asio::io_context io_{1};
  Wakeup wakeup_{io_.get_executor()};
};

TEST_F(WakeupTest, ADueTimeThatHasPassedEndsTheWait) {
  EXPECT_EQ(Wait(MonoNow() - 1s), Reason::kDue);
}

TEST_F(WakeupTest, ANotificationEndsThePresentWait) {
  EXPECT_EQ(Wait(MonoTime::max(), [this] { wakeup_.Notify(); }), Reason::kNotified);
}

TEST_F(WakeupTest, ANotificationWithoutAWaiterEndsTheNextWaitAlone) {
  wakeup_.Notify();
  wakeup_.Notify();
  EXPECT_EQ(Wait(MonoTime::max()), Reason::kNotified);
  EXPECT_EQ(Wait(MonoNow() - 1s), Reason::kDue);
}

TEST_F(WakeupTest, AnInterruptEndsEveryLaterWait) {
  EXPECT_EQ(Wait(MonoTime::max(), [this] { wakeup_.Interrupt(); }), Reason::kInterrupted);
  EXPECT_EQ(Wait(MonoTime::max()), Reason::kInterrupted);
  wakeup_.Notify();
  EXPECT_EQ(Wait(MonoTime::max()), Reason::kInterrupted);
  EXPECT_TRUE(wakeup_.interrupted());
}

}  // namespace
}  // namespace specctl::agent
