// Target: one server under load, its name resolved before the first request.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include "agent/stream/connection.h"
#include "agent/stream/end_grace.h"
#include "common/base/task.h"
#include "common/net/url.h"

namespace specctl::agent {

struct Target {
  Url url;
  std::string text;  // for error texts: the URL as the user knows it
  // Addresses of the host, tried in turn; the one that took the last connection goes first.
  std::vector<Connection::Peer> peers;
  std::shared_ptr<SSL_CTX> tls;      // null: http
  bool closes_after_stream = false;  // a request on a connection that had carried another is lost
  EndGrace end_grace;
};

// Resolves `url`.  `tls`: the context for https.
// INVALID_ARGUMENT for a URL that is none, UNAVAILABLE where the name has no address; both name it.
Task<absl::StatusOr<Target>> ResolveTarget(std::string url, std::shared_ptr<SSL_CTX> tls);

}  // namespace specctl::agent
