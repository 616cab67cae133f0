// A connection to the first of several addresses that answers.
#pragma once

#include <vector>

#include <absl/status/statusor.h>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "common/base/clock.h"
#include "common/base/task.h"

namespace specctl::controller {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

// Races the addresses: families take turns, attempts begin 250 ms apart or once one has failed, the
// first to connect wins and the others are closed (RFC 8305).  At least one address.
// UNAVAILABLE        all have failed: the reason of the last
// DEADLINE_EXCEEDED  "no connection"
Task<absl::StatusOr<Socket>> ConnectAny(std::vector<boost::asio::ip::tcp::endpoint> endpoints,
                                        MonoTime deadline);

}  // namespace specctl::controller
