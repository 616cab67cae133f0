// The front door before a real gRPC server: which connections come to nothing.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <array>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "controller/fleet/inbox.h"
#include "controller/session/call_watch.h"
#include "controller/session/front_door.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl::controller {
namespace {

using boost::asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Nanos kVisitPatience = std::chrono::seconds(20);

// Answers clock probes, but for incarnation 13's.
class Service final : public v1::AgentSession::Service {
  grpc::Status ProbeClock(grpc::ServerContext*, const v1::ClockProbeRequest* request,
                          v1::ClockProbeReply*) override {
    if (request->incarnation() == 13) return {grpc::StatusCode::PERMISSION_DENIED, "not for you"};
    return grpc::Status::OK;
  }
};

class FrontDoorTest : public ::testing::Test {
 protected:
  explicit FrontDoorTest(const std::string& listen = "127.0.0.1:0") {
    auto door = FrontDoor::Listen(
        listen, [this](const std::string& peer, MonoTime) { uncalled_.Post(std::string(peer)); });
    EXPECT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    grpc::ServerBuilder builder;
    auto connections = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> watches;
    watches.push_back(std::make_unique<CallWatch>(
        "nobody", [this](const std::string& peer) { door_->OnCall(peer); },
        [this](const std::string& peer, const absl::Status& status) {
          ends_.Post(peer.substr(0, peer.rfind(':')) + " " + status.ToString());
        }));
    builder.SetMaxReceiveMessageSize(1000);
    builder.experimental().SetInterceptorCreators(std::move(watches));
    builder.RegisterService(&service_);
    grpc_ = builder.BuildAndStart();
    door_->Open(std::move(connections));
  }
  ~FrontDoorTest() override {
    door_->Close();
    grpc_->Shutdown(std::chrono::system_clock::now());
  }

  // One call over a connection of its own, which ends with it.
  grpc::Status Call(const std::string& host, const v1::ClockProbeRequest& request = {}) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    const auto stub = v1::AgentSession::NewStub(grpc::CreateCustomChannel(
        host + ":" + std::to_string(door_->port()), grpc::InsecureChannelCredentials(), arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kVisitPatience);
    v1::ClockProbeReply reply;
    return stub->ProbeClock(&context, request, &reply);
  }
  // Connects, says so much, and leaves; its own name as gRPC would have it.
  std::string Visit(const std::string& words, const std::string& host = "127.0.0.1") {
    tcp::socket socket(io_);
    socket.connect({boost::asio::ip::make_address(host), door_->port()});
    if (!words.empty()) boost::asio::write(socket, boost::asio::buffer(words));
    const auto at = socket.local_endpoint();
    const std::string address = at.address().to_string();
    return (at.address().is_v4() ? "ipv4:" + address : "ipv6:%5B" + address + "%5D") + ":" +
           std::to_string(at.port());
  }
  // What is told next; empty: nothing is.
  static std::string Next(Inbox<std::string>& told) {
    auto items = told.TakeItems(MonoNow() + kVisitPatience);
    EXPECT_LE(items.size(), 1u);
    return items.empty() ? "" : items.front();
  }

  boost::asio::io_context io_;
  Inbox<std::string> uncalled_{100}, ends_{100};
  Service service_;
  std::unique_ptr<FrontDoor> door_;
  std::unique_ptr<grpc::Server> grpc_;
};

TEST_F(FrontDoorTest, WhoLeavesWithoutACallIsTold) {
  for (const std::string words : {"", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    const std::string visitor = Visit(words);
    EXPECT_EQ(Next(uncalled_), visitor);
  }
}

TEST_F(FrontDoorTest, WhoCallsIsServedAndNotTold) {
  for (int i = 0; i < 20; ++i) {
    const grpc::Status status = Call("127.0.0.1");
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  // All before it are past their patience when this one is.
  const std::string visitor = Visit("");
  EXPECT_EQ(Next(uncalled_), visitor);
}

TEST_F(FrontDoorTest, HowCallsEndIsTold) {
  v1::ClockProbeRequest stranger;
  EXPECT_TRUE(Call("127.0.0.1", stranger).ok());
  EXPECT_EQ(Next(ends_), "ipv4:127.0.0.1 OK");
  stranger.set_incarnation(13);
  EXPECT_FALSE(Call("127.0.0.1", stranger).ok());
  EXPECT_EQ(Next(ends_), "ipv4:127.0.0.1 PERMISSION_DENIED: not for you");
}

// It comes to no handler, and counts as none.
TEST_F(FrontDoorTest, ACallWhoseMessageIsTooLargeIsNone) {
  v1::ClockProbeRequest large;
  large.GetReflection()->MutableUnknownFields(&large)->AddLengthDelimited(100,
                                                                          std::string(2000, 'x'));
  EXPECT_EQ(Call("127.0.0.1", large).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(Next(uncalled_), StartsWith("ipv4:127.0.0.1:"));
}

TEST_F(FrontDoorTest, AServerThatEndsTellsNothing) {
  tcp::socket socket(io_);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), door_->port()});
  // gRPC has it: it says its settings first.
  std::array<char, 9> settings{};
  boost::asio::read(socket, boost::asio::buffer(settings));
  door_->Close();
  grpc_->Shutdown(std::chrono::system_clock::now());
  EXPECT_TRUE(uncalled_.TakeItems(MonoNow() + FrontDoor::kCallPatience * 2).empty());
}

class WideFrontDoorTest : public FrontDoorTest {
 protected:
  WideFrontDoorTest() : FrontDoorTest(":0") {}
};

// Of both kinds, under the names that gRPC gives their callers.
TEST_F(WideFrontDoorTest, AllAddressesOfTheHostAreListenedAt) {
  for (const std::string host : {"127.0.0.1", "::1"}) {
    const bool is_v6 = host == "::1";
    boost::system::error_code no_v6;
    tcp::socket loopback(io_);
    loopback.open(tcp::v6(), no_v6);
    if (!no_v6) loopback.bind({boost::asio::ip::make_address("::1"), 0}, no_v6);
    if (is_v6 && no_v6) GTEST_SKIP() << "no IPv6 here";
    EXPECT_TRUE(Call(is_v6 ? "[::1]" : host).ok());
    const std::string visitor = Visit("", host);
    EXPECT_EQ(Next(uncalled_), visitor);
  }
}

TEST(FrontDoorListenTest, WhatCantBeListenedAtIsNamed) {
  const FrontDoor::OnUncalled nobody = [](const std::string&, MonoTime) {};
  for (const std::string listen :
       {"127.0.0.1", "127.0.0.1:http", "192.0.2.1:0", "127.0.0.1:99999"}) {
    const auto door = FrontDoor::Listen(listen, nobody);
    EXPECT_EQ(door.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(door.status().message()),
                StartsWith("controller: can't listen on " + listen + ": "));
  }
  const auto first = FrontDoor::Listen("localhost:0", nobody);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = FrontDoor::Listen("127.0.0.1:" + std::to_string((*first)->port()), nobody);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace specctl::controller
