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

  // host[:port] for the Host header; the port only where it is not the scheme's own.
  std::string HostHeader() const;
  std::string ToString() const;  // scheme://host:port/path
};

// Parses `text`.  A missing scheme is http.  User info, query and fragment are refused.
// INVALID_ARGUMENT, naming `text` and what is wrong.
absl::StatusOr<Url> ParseUrl(std::string_view text);

// ParseUrl, then cuts trailing slashes and a trailing "/v1", which users may or may not give.
absl::StatusOr<Url> ParseTargetUrl(std::string_view text);

}  // namespace specctl
