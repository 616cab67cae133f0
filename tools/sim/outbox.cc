#include "tools/sim/outbox.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "common/base/clock.h"

namespace specctl::sim {
namespace {

constexpr size_t kUnsentBytesMax = 64u << 20;

}  // namespace

void Outbox::BeginReply(std::string_view response_id) {
  // Shared by the marks of its chunks, which may outlast the reply.
  if (log_ != nullptr) response_id_ = std::make_shared<const std::string>(response_id);
  next_chunk_ = 0;
}

Outbox::State Outbox::Send(std::string_view bytes, uint32_t tokens) {
  if (!empty()) {
    AppendBytes(bytes, tokens);
    return Flush();
  }
  // Bypasses the empty buffer, so that the log times just this one system call.
  const int64_t begin = LogTime();
  const std::optional<size_t> taken = Hand(bytes);
  if (!taken) return State::kFailed;
  if (*taken < bytes.size()) {
    AppendBytes(bytes.substr(*taken), tokens);
    // Its first byte went out in this call.
    if (!marks_.empty() && *taken > 0) marks_.back().chunk.begin_unix_ns = begin;
    return State::kBlocked;
  }
  if (tokens > 0 && log_ != nullptr) {
    log_->LogSent(*response_id_, {.index = next_chunk_++,
                                  .begin_unix_ns = begin,
                                  .end_unix_ns = LogTime(),
                                  .tokens = tokens});
  }
  return State::kEmpty;
}

void Outbox::AppendBytes(std::string_view bytes, uint32_t tokens) {
  bytes_ += bytes;
  if (tokens == 0 || log_ == nullptr) return;
  marks_.push_back({.end = bytes_.size(),
                    .response_id = response_id_,
                    .chunk = {.index = next_chunk_++, .tokens = tokens}});
}

Outbox::State Outbox::Flush(size_t bytes_max) {
  while (!empty() && bytes_max > 0) {
    const int64_t begin = LogTime();
    const std::string_view unsent = std::string_view(bytes_).substr(sent_);
    const std::optional<size_t> taken = Hand(unsent.substr(0, bytes_max));
    // A client that doesn't read must not fill the memory.
    if (!taken || unsent.size() > kUnsentBytesMax) return State::kFailed;
    if (*taken == 0) return State::kBlocked;
    sent_ += *taken;
    bytes_max -= *taken;
    if (!marks_.empty()) LogSent(begin);
  }
  // bytes_max was sent, and there is more.
  if (!empty()) return State::kBlocked;
  bytes_.clear();
  sent_ = 0;
  return State::kEmpty;
}

std::optional<size_t> Outbox::Hand(std::string_view bytes) const {
  // MSG_NOSIGNAL: a client that has gone must not kill the server.
  const ssize_t taken = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (taken >= 0) return static_cast<size_t>(taken);
  // Nothing was taken now; any other error is the connection's end.
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
  return std::nullopt;
}

int64_t Outbox::LogTime() const {
  return log_ == nullptr ? 0 : UnixNow().time_since_epoch().count();
}

void Outbox::LogSent(int64_t begin_unix_ns) {
  const int64_t end = LogTime();
  for (Mark& mark : marks_) {
    if (mark.chunk.begin_unix_ns == 0) mark.chunk.begin_unix_ns = begin_unix_ns;
    // The first chunk that is not wholly out; its begin is known now, its end is not.
    if (mark.end > sent_) break;
  }
  while (!marks_.empty() && marks_.front().end <= sent_) {
    marks_.front().chunk.end_unix_ns = end;
    log_->LogSent(*marks_.front().response_id, marks_.front().chunk);
    marks_.pop_front();
  }
}

}  // namespace specctl::sim
