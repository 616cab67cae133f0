// A whole text as gzip (RFC 1952).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

// One gzip member of `text`, of at most 1 GiB (asserted).  The header holds no time, name or
// system: the same text and zlib give the same bytes.  Thread-safe.
std::string Gzip(std::string_view text);

// The text of `bytes`, one whole gzip member.  Thread-safe.
// RESOURCE_EXHAUSTED  it has more than `text_bytes_max`; no more than that is unpacked
// DATA_LOSS           they are anything else
absl::StatusOr<std::string> Gunzip(std::string_view bytes, size_t text_bytes_max);

}  // namespace specctl
