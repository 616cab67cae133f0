// TCP sockets whose reads say when the kernel received the bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <absl/status/statusor.h>
#include <boost/asio/ip/tcp.hpp>

#include "common/base/clock.h"
#include "common/base/unique_fd.h"

namespace specctl::agent {

// A non-blocking socket with receive stamps and no delay, which has begun to connect.  Stamps that
// the system refuses are not an error: reads then come without.
// RESOURCE_EXHAUSTED  no file descriptor left
// UNAVAILABLE         the system refuses at once, e.g. no route
absl::StatusOr<UniqueFd> BeginConnect(const boost::asio::ip::tcp::endpoint& endpoint);

// A socket that has the kernel stamp what it receives for as long as it is open.  The kernel begins
// a moment after the first socket asks for stamps, so that one's first reads would come without.
UniqueFd KeepReceiveStamps();

// The socket's pending error (SO_ERROR), 0 where connecting has succeeded.
int TakeSocketError(int fd);

struct StampedRead {
  ssize_t bytes = 0;  // 0: the peer closed; -1: see `error`
  int error = 0;      // EAGAIN where there is nothing to read
  std::optional<UnixTime> stamp;
};
// Reads once.  Never blocks, allocates nothing.
StampedRead ReadStamped(int fd, std::span<char> buffer);

}  // namespace specctl::agent
