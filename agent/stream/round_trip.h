// How long a packet takes to the peer and back, as the kernel's TCP measures it anyway.
#pragma once

#include <optional>

#include "common/base/clock.h"

namespace specctl::agent {

// The least round trip of the connected socket `fd` so far (TCP_INFO, tcpi_min_rtt): the network's
// part, whatever the server took to answer.  nullopt where the kernel does not tell.
std::optional<Nanos> LeastRoundTrip(int fd);

}  // namespace specctl::agent
