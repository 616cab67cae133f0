// One HTTP request, answered whole: for probes and scrapes, never for measured requests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include "common/base/clock.h"
#include "common/net/http_request.h"
#include "common/net/url.h"
#include "controller/scrape/name_lookup.h"

namespace specctl::controller {

struct HttpReply {
  uint32_t status = 0;
  std::string content_type;      // lower case, parameters cut off
  std::string content_encoding;  // lower case; empty: none
  std::string server;            // the `server` header
  std::string location;          // where a redirect points
  std::string body;
  std::string peer;  // address and port that answered; "here:PORT" where it is this machine's own
};

struct FetchOptions {
  Nanos timeout = std::chrono::seconds(10);  // for everything: name, connection, reply
  std::shared_ptr<SSL_CTX> tls;              // needed for https
  size_t body_bytes_max = 64u << 20;
  NameLookup* lookup = &NameLookup::System();
  // Where the URL's host is, if one of its addresses is meant; the request names the host all the
  // same.  nullopt: it is looked up.
  std::optional<boost::asio::ip::address> address = std::nullopt;
  // Whether a body, as far as it has come, is all that is wanted: what the connection does then is
  // of no account.  Empty: never.
  std::function<bool(std::string_view body)> is_enough = {};
};

// Sends `request` on a connection of its own and reads the whole reply, whatever its status.
// Addresses of a name are raced (Happy Eyeballs, RFC 8305).  Redirects are not followed.  Blocks,
// at most for the time-out, even where a name server is dead; thread-safe.
//
// UNAVAILABLE          no address, no connection, or it broke; its text names URL and reason
// DEADLINE_EXCEEDED    the time is over; its text says what had not come
// INVALID_ARGUMENT     what came is not HTTP
// FAILED_PRECONDITION  the server's certificate is refused; its text names the flags that trust it
absl::StatusOr<HttpReply> Fetch(const Url& url, const HttpRequest& request,
                                const FetchOptions& options);

}  // namespace specctl::controller
