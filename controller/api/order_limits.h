// What is taken of an order that comes over the wire.
#pragma once

#include <cstddef>

namespace specctl::controller {

// As it comes, compressed; and unpacked: an order that unpacks to more is refused before it does.
inline constexpr size_t kOrderGzipBytesMax = 256u << 20;
inline constexpr size_t kOrderBytesMax = 1u << 30;
// Of a part of it, and of any other message of a client's.
inline constexpr size_t kOrderPartBytes = 1u << 20;

}  // namespace specctl::controller
