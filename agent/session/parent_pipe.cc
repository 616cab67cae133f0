#include "agent/session/parent_pipe.h"

#include <cerrno>
#include <string>
#include <thread>

#include <unistd.h>

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

absl::StatusOr<SpawnOrder> ReadSpawnOrder(int fd) {
  std::string line;
  char byte = 0;
  // Byte by byte: what follows the line belongs to EndWithParent().
  while (line.size() < kLineBytesMax && ReadByte(fd, byte)) {
    if (byte == '\n') return DecodeSpawnOrder(line);
    line += byte;
  }
  return absl::UnavailableError("--spawned-fd: the parent closed the pipe before its order");
}

void EndWithParent(int fd) {
  std::thread([fd] {
    char byte = 0;
    while (ReadByte(fd, byte)) {
    }
    // The pipe's end: the parent is gone, however it went.  Not exit(): destructors would race with
    // the threads at work.
    ::_exit(1);
  }).detach();
}

}  // namespace specctl::agent
