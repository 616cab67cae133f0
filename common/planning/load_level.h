// LoadLevel: how much load a point of a sweep is under.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace specctl {

// --bs or --request-rate.
enum class LoadKind : uint8_t { kConcurrency, kRate };

struct LoadLevel {
  LoadKind kind = LoadKind::kConcurrency;
  double level = 1;  // requests in flight, or requests/s; above 0

  auto operator<=>(const LoadLevel&) const = default;
};
std::string LoadText(const LoadLevel& load);  // "bs 64", "12.5 requests/s"

}  // namespace specctl
