#include "common/session/spawn_order.h"

#include <charconv>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

namespace specctl {

std::string EncodeSpawnOrder(const SpawnOrder& order) {
  return absl::StrFormat("%s %s %d", order.controller_address, order.join_token, order.number);
}

absl::StatusOr<SpawnOrder> DecodeSpawnOrder(std::string_view line) {
  const std::string text(line);
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  SpawnOrder order;
  // The token may be empty; then two spaces follow one another.
  bool valid = parts.size() == 3 && !parts[0].empty() && !parts[2].empty();
  if (valid) {
    order.controller_address = parts[0];
    order.join_token = parts[1];
    const char* end = parts[2].data() + parts[2].size();
    const auto [at, error] = std::from_chars(parts[2].data(), end, order.number);
    valid = error == std::errc() && at == end;
  }
  if (valid) return order;
  return absl::InvalidArgumentError(
      "--spawned-fd: need \"address token number\" from the parent; this flag is for agents that "
      "specctl starts");
}

}  // namespace specctl
