// glibc's tcp_info ends before tcpi_min_rtt, and the kernel's header does not go with glibc's: this
// file is compiled apart from others.
#include "agent/stream/round_trip.h"

#include <cstddef>
#include <limits>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace specctl::agent {

std::optional<Nanos> LeastRoundTrip(int fd) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_min_rtt) + sizeof(info.tcpi_min_rtt)) return std::nullopt;
  // The kernel begins with all ones.
  const bool measured =
      info.tcpi_min_rtt > 0 && info.tcpi_min_rtt < std::numeric_limits<uint32_t>::max();
  if (!measured) return std::nullopt;
  return std::chrono::microseconds(info.tcpi_min_rtt);
}

}  // namespace specctl::agent
