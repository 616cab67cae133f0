// ParentPipe: the pipe that a spawned agent inherits, and its end when the parent is gone.
#pragma once

#include <cstdint>
#include <string>

#include <absl/status/statusor.h>

namespace specctl::agent {

// What the parent writes as one line, "address token number\n", once its server listens.
struct SpawnOrder {
  std::string controller_address;
  std::string join_token;
  uint32_t number = 0;  // of this process among those that the parent started
};

// INVALID_ARGUMENT where `line` (without its end) is not of that form.
absl::StatusOr<SpawnOrder> ParseSpawnOrder(std::string_view line);

// Waits for the line.  UNAVAILABLE where the pipe closes before it.
absl::StatusOr<SpawnOrder> ReadSpawnOrder(int fd);

// From now on this process ends at once, whatever it is doing, when the pipe `fd` is closed. Starts
// a thread that lives as long as the process.
void EndWithParent(int fd);

}  // namespace specctl::agent
