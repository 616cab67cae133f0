// http and https URLs of target servers (RFC 3986, the parts that matter here).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

struct Url {
  bool https = false;
  std::string host;    // name or address; IPv6 without brackets
  uint16_t port = 80;  // 443 for https where none is given
  std::string path;    // begins with '/', or empty: a prefix that every request path is appended to
  // "user:password", decoded, where the URL names them; a secret, and in no text made of the URL.
  std::string login;

  // host[:port] for the Host header; the port only where it is not the scheme's own.
  std::string HostHeader() const;
  std::string ToString() const;  // scheme://host:port/path
  // "Basic ..." (RFC 7617) for the Authorization header; empty without a login.
  std::string BasicAuthorization() const;
};

// Parses `text`.  A missing scheme is http.  Query and fragment are refused.
// INVALID_ARGUMENT, naming `text` without its login, and what is wrong.
absl::StatusOr<Url> ParseUrl(std::string_view text);

// A metrics URL "dns+http://..." or "dns+https://...": all servers behind its name, not one of
// them.
inline constexpr std::string_view kAllAddressesPrefix = "dns+";

// `text`, whatever it is, with the login of each URL in it replaced by "...".
std::string WithoutLogins(std::string_view text);

// ParseUrl, then cuts trailing slashes and a trailing "/v1", which users may or may not give.
absl::StatusOr<Url> ParseTargetUrl(std::string_view text);

}  // namespace specctl
