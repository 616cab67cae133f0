#include "tests/fakes/receive_stamps.h"

#include <array>

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace specctl::fakes {
namespace {

using Tcp = boost::asio::ip::tcp;

// Whether what is read next from the TCP socket `fd` comes with a stamp.
bool HasStamp(int fd) {
  std::array<char, 1> byte;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
  iovec vector{byte.data(), byte.size()};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  return ::recvmsg(fd, &message, 0) > 0 && CMSG_FIRSTHDR(&message) != nullptr;
}

}  // namespace

void AwaitReceiveStamps() {
  static boost::asio::io_context io;
  static Tcp::socket reader(io), writer(io);
  if (reader.is_open()) return;
  Tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  reader.open(Tcp::v4());
  const int on = 1;
  ::setsockopt(reader.native_handle(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  reader.connect(acceptor.local_endpoint());
  writer = acceptor.accept();
  const std::array<char, 1> byte{'x'};
  do {
    boost::asio::write(writer, boost::asio::buffer(byte));
  } while (!HasStamp(reader.native_handle()));
}

}  // namespace specctl::fakes
