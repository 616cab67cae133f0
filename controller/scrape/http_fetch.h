// One HTTP request, answered whole: for probes and scrapes, never for measured requests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include "common/base/clock.h"
#include "common/net/http_request.h"
#include "common/net/url.h"

namespace specctl::controller {

struct HttpReply {
  uint32_t status = 0;
  std::string content_type;                // lower case, parameters cut off
  std::string server;                      // the `server` header
  std::string content_encoding, location;  // as sent; empty: not there
  std::string body;
};

struct FetchOptions {
  Nanos timeout = std::chrono::seconds(10);  // for everything: name, connection, reply
  std::shared_ptr<SSL_CTX> tls;              // needed for https
  size_t body_bytes_max = 64u << 20;
  // Whether a body, as far as it has come, is all that is wanted: what the connection does then is
  // of no account.  Empty: never.
  std::function<bool(std::string_view body)> is_enough = {};
};

// Sends `request` on a connection of its own and reads the whole reply, whatever its status.
// Blocks; thread-safe.
//
// UNAVAILABLE          no address, no connection, or it broke; its text names URL and reason
// DEADLINE_EXCEEDED    the time is over
// INVALID_ARGUMENT     what came is not HTTP
// FAILED_PRECONDITION  the server's certificate is refused; its text names the flags that trust it
absl::StatusOr<HttpReply> Fetch(const Url& url, const HttpRequest& request,
                                const FetchOptions& options);

}  // namespace specctl::controller
