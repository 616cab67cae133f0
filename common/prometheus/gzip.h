// A whole text as gzip (RFC 1952).
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// One gzip member of `text`, of at most 1 GiB (asserted).  The header holds no time, name or
// system: the same text and zlib give the same bytes.  Thread-safe.
std::string Gzip(std::string_view text);

}  // namespace specctl
