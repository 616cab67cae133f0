#include "controller/scrape/connect_any.h"

#include <gtest/gtest.h>

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "tests/fakes/hanging_port.h"

namespace specctl::controller {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

class ConnectAnyTest : public ::testing::Test {
 protected:
  absl::StatusOr<tcp::endpoint> Connect(std::vector<tcp::endpoint> endpoints, Nanos patience) {
    asio::io_context io(1);  // outlives the socket
    std::optional<absl::StatusOr<Socket>> result;
    auto on_done = [&](std::exception_ptr error, absl::StatusOr<Socket> socket) {
      if (error) std::rethrow_exception(error);
      result.emplace(std::move(socket));
    };
    const MonoTime deadline = MonoNow() + patience;
    asio::co_spawn(io.get_executor(), ConnectAny(std::move(endpoints), deadline),
                   std::move(on_done));
    io.run();
    if (!result->ok()) return result->status();
    return (*result)->remote_endpoint();
  }

  tcp::acceptor Listening() { return {io_, {asio::ip::address_v4::loopback(), 0}}; }
  tcp::endpoint Refusing() { return Listening().local_endpoint(); }  // closed by then

  asio::io_context io_;
};

TEST_F(ConnectAnyTest, AnAddressThatRefusesGivesWayAtOnce) {
  const tcp::acceptor good = Listening();
  const MonoTime begin = MonoNow();
  const auto reached = Connect({Refusing(), Refusing(), good.local_endpoint()}, 1min);
  ASSERT_TRUE(reached.ok()) << reached.status();
  EXPECT_EQ(*reached, good.local_endpoint());
  EXPECT_LT(MonoNow() - begin, 10s);
}

TEST_F(ConnectAnyTest, AnAddressThatHangsIsOvertaken) {
  const fakes::HangingPort hanging(io_);
  const tcp::acceptor good = Listening();
  const auto reached = Connect({hanging.endpoint(), good.local_endpoint()}, 1min);
  ASSERT_TRUE(reached.ok()) << reached.status();
  EXPECT_EQ(*reached, good.local_endpoint());
  const auto none = Connect({hanging.endpoint()}, 20ms);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(ConnectAnyTest, WhereAllRefuseTheReasonIsTold) {
  const auto none = Connect({Refusing(), Refusing()}, 1min);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(none.status().message(), "connect: Connection refused");
}

}  // namespace
}  // namespace specctl::controller
