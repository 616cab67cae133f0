// Hints to the CPU to fetch memory before it is needed.
#pragma once

#include <cstddef>

namespace specctl {

// Begins to fetch the cache lines of `bytes` bytes at `address`, which may be null or invalid.
inline void Prefetch(const void* address, size_t bytes = 1) {
  constexpr size_t kLineBytes = 64;
  const auto* const first = static_cast<const char*>(address);
  for (size_t offset = 0; offset < bytes; offset += kLineBytes) __builtin_prefetch(first + offset);
}

// How far away the use of what is to be fetched is: first what pointers at hand point to, then,
// when that is there, what its own pointers point to.
enum class PrefetchDepth { kNear, kFar };

}  // namespace specctl
