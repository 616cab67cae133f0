// Target: one server under load, its name resolved before the first request.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include "agent/stream/address_turns.h"
#include "agent/stream/connection.h"
#include "agent/stream/end_grace.h"
#include "common/base/task.h"
#include "common/net/url.h"

namespace specctl::agent {

struct Target {
  Url url;
  std::string text;  // for error texts: the URL as the user knows it
  // Addresses of the host, families in turn (RFC 8305); which of them all slots connect to, once
  // one has answered, until it no longer does.
  std::vector<Connection::Peer> peers;
  std::optional<size_t> kept;
  // Of a target whose addresses are replicas, all under load: `kept` is not used then.
  std::optional<AddressTurns> turns;
  std::shared_ptr<SSL_CTX> tls;      // null: http
  bool closes_after_stream = false;  // a request on a connection that had carried another is lost
  EndGrace end_grace;
};

// Sets the addresses of `target`, whose URL and TLS context are set, in the order of attempts.
void SetAddresses(const std::vector<boost::asio::ip::tcp::endpoint>& endpoints, Target& target);

// Makes the addresses of `target`, which are set, take turns, from the `first` on (modulo their
// number).  They are ordered by themselves: a resolver may give each agent another order.
void SpreadOverAddresses(size_t first, Target& target);

// Resolves `url`.  `tls`: the context for https; may be null where the URL is http.
// INVALID_ARGUMENT for a URL that is none, UNAVAILABLE where the name has no address; both name it.
Task<absl::StatusOr<Target>> ResolveTarget(std::string url, std::shared_ptr<SSL_CTX> tls);

}  // namespace specctl::agent
