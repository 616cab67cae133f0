// The URL of a null server: a target that each agent starts for itself.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

// Chunks per second of each stream.
inline constexpr double kNullChunksPerSMin = 1;
inline constexpr double kNullChunksPerSMax = 1000;

// "null://50": prepared bytes, 50 chunks per second on each stream (docs/preflight.md).
std::string NullTargetUrl(double chunks_per_s);

// Whether `url` is of that kind, well formed or not.
bool IsNullTarget(std::string_view url);

// Its pace.  INVALID_ARGUMENT names `url` and what is wrong.
absl::StatusOr<double> NullTargetPace(std::string_view url);

}  // namespace specctl
