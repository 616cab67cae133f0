// The three files every process expects to have open: standard input, output and error.
#pragma once

#include <absl/status/status.h>

namespace specctl::cli {

// Opens /dev/null as each of the descriptors 0 to 2 that the process was started without, so that
// no file opened later takes their place and text meant for a person ends up in it.  To be called
// before any other file is opened and any thread started.
// UNAVAILABLE  one is closed, and /dev/null can't be opened
absl::Status OpenStandardFiles();

}  // namespace specctl::cli
