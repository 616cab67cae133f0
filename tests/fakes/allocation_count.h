// Counts what a test program allocates; linked into it, it takes the place of operator new.
#pragma once

#include <cstdint>

namespace specctl::fakes {

// Calls of operator new since the program's start, by all threads.
uint64_t AllocationCount();

}  // namespace specctl::fakes
