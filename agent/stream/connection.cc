#include "agent/stream/connection.h"

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

#include <absl/strings/str_format.h>

namespace specctl::agent {
namespace {

constexpr size_t kPlainBytes = 16 << 10;    // decrypted at a time: a record
constexpr size_t kSinkPrefetchBytes = 512;  // most of a ResponseIntake
constexpr size_t kPeekBytes = 16;

// Servers send an empty line too many behind a response.
bool IsEmptyLine(std::string_view bytes) {
  return bytes.find_first_not_of("\r\n") == std::string_view::npos;
}

}  // namespace

Connection::~Connection() {
  SetUrgent(false);
  if (fd_.get() >= 0) set_.RemoveMember(member_);
}

void Connection::Open(const Peer& peer) {
  assert(fd_.get() < 0);
  peer_ = peer;
  auto fd = BeginConnect(peer_.endpoint);
  if (!fd.ok()) return End(fd.status());
  fd_ = *std::move(fd);
  SetUrgent(true);
  member_.fd = fd_.get();
  member_.events = this;
  member_.writes = true;
  set_.AddMember(member_);
}

void Connection::Adopt(UniqueFd fd, const Peer& peer) {
  assert(fd_.get() < 0);
  peer_ = peer;
  fd_ = std::move(fd);
  SetUrgent(true);
  member_.fd = fd_.get();
  member_.events = this;
  member_.reads = true;
  set_.AddMember(member_);
  OnConnected();
}

void Connection::OnWritable() {
  if (state_ == State::kConnecting) {
    // Writable: the attempt has either connected or failed.
    if (const int error = TakeSocketError(fd_.get()); error != 0) {
      return End(absl::UnavailableError(absl::StrFormat("connect: %s", std::strerror(error))));
    }
    set_.Watch(member_, true, false);
    return OnConnected();
  }
  Flush();
}

void Connection::OnConnected() {
  if (peer_.tls) return BeginTls();
  state_ = State::kOpen;
  SetUrgent(false);
  wakeup_.Notify();
}

void Connection::BeginTls() {
  auto channel = TlsChannel::Create(peer_.tls, peer_.host);
  if (!channel.ok()) return End(channel.status());
  tls_ = *std::move(channel);
  state_ = State::kHandshaking;
  OnHandshakeBytes({});
}

void Connection::OnHandshakeBytes(std::string_view bytes) {
  if (!bytes.empty()) tls_->Feed(bytes);
  const absl::Status status = tls_->Handshake();
  FlushTls();  // an alert too
  if (!status.ok()) {
    tls_failed_ = true;
    return End(status);
  }
  if (!tls_->established()) return;
  state_ = State::kOpen;
  SetUrgent(!sent());
  wakeup_.Notify();
}

void Connection::Send(std::string_view bytes) {
  assert(state_ == State::kOpen && sent());
  if (tls_) {
    if (const absl::Status status = tls_->WritePlain(bytes); !status.ok()) {
      tls_failed_ = true;
      return End(status);
    }
    return FlushTls();
  }
  // The caller keeps the bytes until sent().
  unsent_ = bytes;
  Flush();
}

// Sends what TLS has to say, after what of it is still unsent.
void Connection::FlushTls() {
  cipher_.erase(0, cipher_.size() - unsent_.size());
  tls_->TakeOutput(cipher_);
  unsent_ = cipher_;
  Flush();
}

void Connection::Flush() {
  while (!unsent_.empty()) {
    const ssize_t sent = ::send(fd_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      // The kernel's buffer is full; the rest goes as soon as there is room.
      set_.Watch(member_, true, true);
      return SetUrgent(true);
    }
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) {
      unsent_ = {};  // reading tells what became of it: an answer may have come before
      break;
    }
    if (sent < 0) {
      unsent_ = {};
      return End(absl::UnavailableError(absl::StrFormat("send: %s", std::strerror(errno))));
    }
    unsent_.remove_prefix(static_cast<size_t>(sent));
  }
  set_.Watch(member_, true, false);
  if (state_ == State::kOpen) SetUrgent(false);
  wakeup_.Notify();
}

void Connection::PrefetchForRead(PrefetchDepth depth) const {
  if (depth == PrefetchDepth::kNear) {
    Prefetch(sink_, kSinkPrefetchBytes);
  } else if (sink_) {
    sink_->PrefetchForBytes();
  }
}

void Connection::OnRead(std::string_view bytes, const ReadArrival& arrival) {
  if (state_ == State::kEnded) return;
  if (state_ == State::kHandshaking) {
    OnHandshakeBytes(bytes);
    // The first records may come with the end of the handshake.
    if (state_ == State::kOpen && tls_->has_partial_record()) OnTlsBytes({}, arrival);
    return;
  }
  if (tls_) return OnTlsBytes(bytes, arrival);
  // No request is out: bytes now would be taken for the next one's response.
  if (!sink_) {
    unasked_bytes_ |= !IsEmptyLine(bytes);
    return;
  }
  sink_->OnBytes(bytes);
  sink_->OnReadEnd(arrival);
}

void Connection::OnTlsBytes(std::string_view bytes, ReadArrival arrival) {
  if (!bytes.empty()) tls_->Feed(bytes);
  // One reactor, one thread: the buffer is shared by its connections.
  static thread_local std::array<char, kPlainBytes + ByteSink::kPadding> plain;
  bool any = false;
  absl::Status failure;
  for (;;) {
    const auto read = tls_->ReadPlain(std::span(plain).first(kPlainBytes));
    if (!read.ok()) failure = read.status();
    if (!read.ok() || *read == 0) break;
    any = true;
    if (sink_) sink_->OnBytes({plain.data(), *read});
  }
  FlushTls();  // a key update is answered
  if (any && !sink_) unasked_bytes_ = true;
  if (any && sink_) {
    arrival.partial_record = tls_->has_partial_record();
    sink_->OnReadEnd(arrival);
  }
  tls_failed_ = !failure.ok();
  if (!failure.ok() || tls_->closed()) End(failure);
}

void Connection::OnSocketEnd(int error) {
  if (state_ == State::kHandshaking) {
    tls_failed_ = true;
    return End(absl::UnavailableError(
        error == 0 ? "TLS handshake: closed by the server"
                   : absl::StrFormat("TLS handshake: %s", std::strerror(error))));
  }
  if (error == 0) return End(absl::OkStatus());
  End(absl::UnavailableError(std::strerror(error)));
}

void Connection::End(absl::Status why) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  end_ = std::move(why);
  SetUrgent(false);
  // Else a socket that nobody reads any more would be reported again and again.
  set_.Watch(member_, false, false);
  if (sink_) sink_->OnEnd(end_);
  wakeup_.Notify();
}

bool Connection::IsReusable() const {
  if (state_ != State::kOpen || unasked_bytes_ || !sent()) return false;
  std::array<char, kPeekBytes> ahead;
  // Peeked, so that an ordinary read still sees it all.
  const ssize_t read = ::recv(fd_.get(), ahead.data(), ahead.size(), MSG_PEEK | MSG_DONTWAIT);
  if (read < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
  // Readable: closed, or TLS has something to say, which an ordinary read will tell.
  return read > 0 && (tls_ || IsEmptyLine({ahead.data(), static_cast<size_t>(read)}));
}

void Connection::SetUrgent(bool urgent) {
  if (urgent == urgent_) return;
  urgent_ = urgent;
  if (urgent) {
    set_.BeginUrgent();
  } else {
    set_.EndUrgent();
  }
}

}  // namespace specctl::agent
