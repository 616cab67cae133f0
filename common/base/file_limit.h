// The limit of open files.
#pragma once

#include <cstdint>

namespace specctl {

// Raises this process's limit of open files as far as it may (RLIMIT_NOFILE, soft to hard), for
// itself and the processes it starts.  Returns the limit that holds then; 0: unknown.
uint64_t RaiseFileLimit();

}  // namespace specctl
