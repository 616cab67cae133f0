// Connection: one TCP, or TLS, connection to a target, as a state machine under the read set.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <openssl/types.h>
#include <boost/asio/ip/tcp.hpp>

#include "agent/stream/read_set.h"
#include "agent/stream/round_trip.h"
#include "agent/stream/stamped_socket.h"
#include "agent/stream/tls_channel.h"
#include "agent/stream/wakeup.h"

namespace specctl::agent {

// Connects, sends and receives without ever blocking; each change notifies `wakeup`, and whoever
// waits there looks at the state.  Everything it is given outlives it.  What a read touches lies in
// its first cache line.  Not thread-safe.
class alignas(64) Connection final : private SocketEvents {
 public:
  enum class State : uint8_t { kConnecting, kHandshaking, kOpen, kEnded };
  struct Peer {
    boost::asio::ip::tcp::endpoint endpoint;
    SSL_CTX* tls = nullptr;  // null: plain
    std::string host;        // for TLS: the name to be checked
  };

  Connection(ReadSet& set, Wakeup& wakeup) : set_(set), wakeup_(wakeup) {}
  ~Connection();
  Connection(const Connection&) = delete;

  // Begins to connect.  A failure shows as kEnded.
  void Open(const Peer& peer);
  // Goes on with a socket that is connected to `peer`.
  void Adopt(UniqueFd fd, const Peer& peer);
  State state() const { return state_; }
  // Why it ended: OK where the peer closed, UNAUTHENTICATED for a refused certificate.
  const absl::Status& end() const { return end_; }
  bool tls_failed() const { return tls_failed_; }  // it ended inside TLS

  // Begins to send; `bytes` stay in place until sent() or the connection is destroyed.
  void Send(std::string_view bytes);
  bool sent() const { return unsent_.empty(); }

  // Where received bytes go; nullptr: nowhere, nothing is expected.
  void SetSink(ByteSink* sink) { sink_ = sink; }
  // The network's round trip, as TCP has seen it so far; one system call.
  std::optional<Nanos> RoundTrip() const { return LeastRoundTrip(fd_.get()); }
  // Open, and the peer has neither closed nor sent what nobody asked for.  One system call.
  bool IsReusable() const;

 private:
  void PrefetchForRead(PrefetchDepth depth) const override;
  void OnRead(std::string_view bytes, const ReadArrival& arrival) override;
  void OnSocketEnd(int error) override;
  void OnWritable() override;

  void OnConnected();
  void BeginTls();
  void OnHandshakeBytes(std::string_view bytes);
  void OnTlsBytes(std::string_view bytes, ReadArrival arrival);
  void FlushTls();
  void Flush();
  void End(absl::Status why);
  void SetUrgent(bool urgent);

  ReadSet::Member member_;
  std::unique_ptr<TlsChannel> tls_;
  ByteSink* sink_ = nullptr;
  State state_ = State::kConnecting;
  bool tls_failed_ = false;
  bool unasked_bytes_ = false;
  bool urgent_ = false;

  UniqueFd fd_;
  ReadSet& set_;
  Wakeup& wakeup_;
  Peer peer_;
  absl::Status end_;
  std::string_view unsent_;
  std::string cipher_;  // TLS: what `unsent_` points into
};

}  // namespace specctl::agent
