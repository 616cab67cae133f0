// Which boot of which host this is.
#pragma once

#include <string>

namespace specctl {

// The same for all processes of a host until it boots again: where two have it, their
// CLOCK_MONOTONIC is one clock.  Empty where the system doesn't tell.
std::string ReadBootId();

}  // namespace specctl
