// Outbox: bytes on their way into one socket, and when each chunk of them went.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tools/sim/send_log.h"

namespace specctl::sim {

// Holds what the kernel has not taken yet, at most 64 MiB; sends without ever blocking.
// Not thread-safe.
class Outbox {
 public:
  enum class State {
    kEmpty,    // all was sent
    kBlocked,  // the rest goes when the socket is writable again
    kFailed,   // the peer has gone, or does not read
  };

  // `log` may be null; else it must outlive the outbox.
  Outbox(int fd, SendLog* log) : fd_(fd), log_(log) {}

  // The chunks that follow are those of `response_id`, and begin with number 0.
  void BeginReply(std::string_view response_id);
  // Sends `bytes` after all that is held, as far as it goes.  `tokens` > 0: a token-bearing chunk.
  State Send(std::string_view bytes, uint32_t tokens);

  // Holds `bytes` until Flush().
  void AppendBytes(std::string_view bytes, uint32_t tokens);

  // Sends as much as goes, but no more than `bytes_max`.
  State Flush(size_t bytes_max = SIZE_MAX);

  bool empty() const { return bytes_.size() == sent_; }

 private:
  struct Mark {
    size_t end;  // offset in bytes_
    std::shared_ptr<const std::string> response_id;
    SendLog::Chunk chunk;
  };
  // What the kernel took of `bytes`; nullopt: the peer has gone.
  std::optional<size_t> Hand(std::string_view bytes) const;
  int64_t LogTime() const;
  void LogSent(int64_t begin_unix_ns);

  const int fd_;
  SendLog* const log_;
  std::string bytes_;
  size_t sent_ = 0;  // of bytes_
  std::shared_ptr<const std::string> response_id_;
  uint64_t next_chunk_ = 0;
  std::deque<Mark> marks_;
};

}  // namespace specctl::sim
