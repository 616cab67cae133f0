#include "agent/stream/read_set.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/receive_stamps.h"

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

// One stream of the set and the other end of its connection.
class Stream final : public SocketEvents {
 public:
  Stream(asio::io_context& io, ReadSet& set) : set_(set), peer_(io) {
    Tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    fd_ = *BeginConnect(acceptor.local_endpoint());
    peer_ = acceptor.accept();
    member_.fd = fd_.get();
    member_.events = this;
    member_.reads = true;
    set_.AddMember(member_);
  }
  ~Stream() override { set_.RemoveMember(member_); }

  void PeerSends(std::string_view bytes) { asio::write(peer_, asio::buffer(bytes)); }
  Tcp::socket& peer() { return peer_; }

  void OnRead(std::string_view bytes, const ReadArrival& arrival) override {
    text += bytes;
    arrivals.push_back(arrival);
  }
  void OnSocketEnd(int error) override { end = error; }
  void OnWritable() override {}

  std::string text;
  std::vector<ReadArrival> arrivals;
  std::optional<int> end;

 private:
  ReadSet& set_;
  Tcp::socket peer_;
  UniqueFd fd_;
  ReadSet::Member member_;
};

class ReadSetTest : public ::testing::Test {
 protected:
  ReadSetTest() {
    fakes::AwaitReceiveStamps();
    EXPECT_TRUE(set_.Open().ok());
  }
  asio::io_context io_{1};
  HealthMeter health_;
  LoopWatch loop_;
  ReadSet set_{io_.get_executor(), {health_, loop_}, {}};
};

TEST_F(ReadSetTest, AnArrivalIsWhenTheKernelGotTheBytesNotWhenTheyWereRead) {
  Stream stream(io_, set_);
  const MonoTime before = MonoNow();
  stream.PeerSends("hello");
  const MonoTime sent = MonoNow();
  while (MonoNow() < sent + 2ms) {
  }
  set_.Drain();
  ASSERT_EQ(stream.arrivals.size(), 1u);
  const ReadArrival& arrival = stream.arrivals[0];
  EXPECT_EQ(stream.text, "hello");
  EXPECT_TRUE(arrival.exact());
  EXPECT_GE(arrival.late + 1us, before);
  EXPECT_LE(arrival.late, sent + 1us);
  const auto lag = LagHistogram::Decode(health_.TakeHealth(MonoNow(), 0).receive_lag);
  EXPECT_GE(lag->max(), 1900us);
}

TEST_F(ReadSetTest, BytesArrivedAfterACompletePollThatDidNotReportThem) {
  Stream stream(io_, set_);
  const MonoTime before_poll = MonoNow();
  set_.Drain();
  stream.PeerSends("a");
  set_.Drain();
  ASSERT_EQ(stream.arrivals.size(), 1u);
  EXPECT_GE(stream.arrivals[0].early, before_poll - ReadSet::kQueueingSlack);
  EXPECT_LE(stream.arrivals[0].early, stream.arrivals[0].late);
}

TEST_F(ReadSetTest, BytesArrivedAfterTheStreamsReadBefore) {
  Stream stream(io_, set_);
  Stream other(io_, set_);
  stream.PeerSends("a");
  set_.Drain();
  stream.PeerSends("b");
  set_.Drain();
  ASSERT_EQ(stream.arrivals.size(), 2u);
  EXPECT_GE(stream.arrivals[1].early, stream.arrivals[0].late);
}

TEST_F(ReadSetTest, AStreamAddedAfterAPollIsNotBoundByIt) {
  set_.Drain();
  Stream stream(io_, set_);
  stream.PeerSends("a");
  set_.Drain();
  ASSERT_EQ(stream.arrivals.size(), 1u);
  EXPECT_LE(stream.arrivals[0].early, stream.arrivals[0].late);
}

TEST_F(ReadSetTest, AllThatArrivedBeforeADrainIsHandedOn) {
  Stream stream(io_, set_);
  stream.PeerSends("a");
  const MonoTime sent = MonoNow();
  set_.Drain();
  EXPECT_EQ(stream.text, "a");
  EXPECT_GE(set_.drained_until(), sent - ReadSet::kQueueingSlack);
}

TEST_F(ReadSetTest, AReadThatFillsTheBufferIsNotExactAndMoreIsRead) {
  Stream stream(io_, set_);
  const std::string bytes(300'000, 'x');
  size_t sent = 0;
  stream.peer().non_blocking(true);
  while (stream.text.size() < bytes.size()) {
    boost::system::error_code error;
    sent += stream.peer().write_some(asio::buffer(bytes.data() + sent, bytes.size() - sent), error);
    set_.Drain();
  }
  bool any_filled = false;
  for (const ReadArrival& arrival : stream.arrivals) {
    any_filled |= arrival.filled;
    EXPECT_NE(arrival.filled, arrival.exact());
  }
  EXPECT_TRUE(any_filled);
  EXPECT_EQ(stream.text, bytes);
}

TEST_F(ReadSetTest, AClosedAndABrokenStreamEndOnce) {
  Stream closed(io_, set_);
  Stream broken(io_, set_);
  closed.PeerSends("last");
  closed.peer().close();
  broken.peer().set_option(asio::socket_base::linger(true, 0));
  broken.peer().close();
  set_.Drain();
  set_.Drain();
  EXPECT_EQ(closed.text, "last");
  EXPECT_EQ(closed.end, 0);
  EXPECT_EQ(broken.end, ECONNRESET);
  closed.end.reset();
  set_.Drain();
  EXPECT_EQ(closed.end, std::nullopt);
}

}  // namespace
}  // namespace specctl::agent
