// What a user should know of names that stand for several servers.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "controller/measure/network.h"

namespace specctl::controller {

// A note for each of `metrics` of which one server is read, although its name has several
// addresses of a family: a server with IPv4 and IPv6 is one.  Names that can't be looked up from
// here have none.
std::vector<std::string> AddressNotes(std::span<const MetricsTarget> metrics, Network& network);

}  // namespace specctl::controller
