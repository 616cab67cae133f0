// SpawnOrder: what a controller tells a process that it has started as an agent, as one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

struct SpawnOrder {
  std::string controller_address;  // host:port
  std::string join_token;          // without spaces; may be empty
  uint32_t number = 0;             // of this process among those that were started
};

// "address token number", without a line's end.
std::string EncodeSpawnOrder(const SpawnOrder& order);
// INVALID_ARGUMENT where `line` is not of that form.
absl::StatusOr<SpawnOrder> DecodeSpawnOrder(std::string_view line);

}  // namespace specctl
