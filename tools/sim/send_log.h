// SendLog: when the simulated engine had read each request and sent each chunk, as JSON lines.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl::sim {

// Times are CLOCK_REALTIME in nanoseconds, taken right before and after the call that hands a chunk
// to the kernel.  Lines:
//   {"event":"read","response_id":"..","unix_ns":..}
//   {"response_id":"..","chunk":0,"send_begin_unix_ns":..,"send_end_unix_ns":..,"tokens":1}
// Written in blocks of 64 KiB, so that no chunk waits for the disk.  Not thread-safe.
class SendLog {
 public:
  struct Chunk {
    uint64_t index = 0;  // of the token-bearing chunks of its reply
    int64_t begin_unix_ns = 0;
    int64_t end_unix_ns = 0;
    uint32_t tokens = 0;
  };

  // Makes or empties the file.
  // PERMISSION_DENIED  it can't be written
  static absl::StatusOr<SendLog> Open(const std::string& path);

  // `response_id` must need no JSON escapes.
  void LogRead(std::string_view response_id, int64_t unix_ns);
  void LogSent(std::string_view response_id, const Chunk& chunk);

  // Writes what is buffered.  DATA_LOSS if this or an earlier write failed.
  absl::Status Flush();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  SendLog(std::string path, std::FILE* file);
  void FlushIfFull();
  void WriteOut();

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::string buffer_;
  bool failed_ = false;
};

}  // namespace specctl::sim
