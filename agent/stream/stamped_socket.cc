#include "agent/stream/stamped_socket.h"

#include <cerrno>
#include <cstring>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <absl/strings/str_format.h>

namespace specctl::agent {

absl::StatusOr<UniqueFd> BeginConnect(const boost::asio::ip::tcp::endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (fd.get() < 0) {
    return absl::ResourceExhaustedError(absl::StrFormat("socket: %s", std::strerror(errno)));
  }
  const int on = 1;
  // Before connecting: what is queued earlier has no stamp.
  ::setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  // Nagle's algorithm would hold the end of a request until its beginning is acknowledged.
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  int done = 0;
  do {
    done = ::connect(fd.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
  } while (done < 0 && errno == EINTR);
  if (done < 0 && errno != EINPROGRESS) {
    return absl::UnavailableError(absl::StrFormat("connect: %s", std::strerror(errno)));
  }
  return fd;
}

UniqueFd KeepReceiveStamps() {
  // An unbound datagram socket receives nothing; asking for stamps is enough.
  UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  return fd;
}

int TakeSocketError(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return errno;
  return error;
}

StampedRead ReadStamped(int fd, std::span<char> buffer) {
  // Room for one stamp: nothing else is asked for.
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
  iovec vector{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  StampedRead read;
  do {
    read.bytes = ::recvmsg(fd, &message, MSG_DONTWAIT);
  } while (read.bytes < 0 && errno == EINTR);
  if (read.bytes < 0) {
    read.error = errno;
    return read;
  }
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp;
    std::memcpy(&stamp, CMSG_DATA(part), sizeof(stamp));
    read.stamp = UnixTime(std::chrono::seconds(stamp.tv_sec) + Nanos(stamp.tv_nsec));
  }
  return read;
}

}  // namespace specctl::agent
