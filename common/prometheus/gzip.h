// Whole texts to gzip and back (RFC 1952).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

// One gzip member of `text`, of at most 1 GiB (asserted).  The header holds no time, name or
// system: the same text and zlib give the same bytes.  Thread-safe.
std::string Gzip(std::string_view text);

// The text of `bytes`, one or more gzip members, of at most `text_bytes_max`; never holds more than
// that.  Thread-safe.
// DATA_LOSS           not gzip, cut short, a wrong checksum, or bytes after the last member
// RESOURCE_EXHAUSTED  the text is longer
absl::StatusOr<std::string> Gunzip(std::string_view bytes, size_t text_bytes_max);

}  // namespace specctl
