// Foreign text in messages.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// The beginning of `text` as one line of valid UTF-8 of at most `bytes_max` bytes (at least 4), fit
// for messages and for protobuf strings: runs of white space and control characters become one
// space, and where the text is not UTF-8 every byte above 127 becomes '?'.  A cut ends in "...".
std::string OneLine(std::string_view text, size_t bytes_max);

}  // namespace specctl
