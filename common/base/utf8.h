// UTF-8, sequence by sequence (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace specctl {

// Bytes of the valid UTF-8 sequence that `text`, which is not empty, begins with; 0: it begins with
// none (a stray or cut byte, an overlong form, a surrogate, a value beyond U+10FFFF).
size_t Utf8SequenceLength(std::string_view text);

}  // namespace specctl
