#include "agent/session/parent_pipe.h"

#include <cerrno>
#include <charconv>
#include <thread>
#include <vector>

#include <unistd.h>

#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

namespace specctl::agent {
namespace {

constexpr size_t kLineBytesMax = 4096;

// One byte, or nothing at the end.
bool ReadByte(int fd, char& byte) {
  for (;;) {
    const ssize_t read = ::read(fd, &byte, 1);
    if (read < 0 && errno == EINTR) continue;
    return read == 1;
  }
}

}  // namespace

absl::StatusOr<SpawnOrder> ParseSpawnOrder(std::string_view line) {
  const std::string text(line);
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  SpawnOrder order;
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

absl::StatusOr<SpawnOrder> ReadSpawnOrder(int fd) {
  std::string line;
  char byte = 0;
  while (line.size() < kLineBytesMax && ReadByte(fd, byte)) {
    if (byte == '\n') return ParseSpawnOrder(line);
    line += byte;
  }
  return absl::UnavailableError("--spawned-fd: the parent closed the pipe before its order");
}

void EndWithParent(int fd) {
  std::thread([fd] {
    char byte = 0;
    while (ReadByte(fd, byte)) {
    }
    ::_exit(1);
  }).detach();
}

}  // namespace specctl::agent
