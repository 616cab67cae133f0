#include "common/net/url.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace specctl {
namespace {

absl::Status Refused(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrFormat(
      "URL \"%s\": %s", std::string(text.substr(0, 200)).c_str(), std::string(why).c_str()));
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool IsAddressCharacter(char c) {  // inside the brackets of an IPv6 address, zone included
  return IsHostCharacter(c) || c == ':' || c == '%';
}

// Cuts the scheme off `rest`; false where there is one that is neither http nor https.
bool TakeScheme(std::string_view& rest, Url& url) {
  const size_t at = rest.find("://");
  if (at == std::string_view::npos || at > rest.find('/')) return true;
  const std::string scheme = absl::AsciiStrToLower(std::string(rest.substr(0, at)));
  rest.remove_prefix(at + 3);
  url.https = scheme == "https";
  if (url.https) url.port = 443;
  return url.https || scheme == "http";
}

// Cuts the host off `authority`, which is left with ":port" or nothing; false where it is none.
bool TakeHost(std::string_view& authority, Url& url) {
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    return url.host.find(':') != std::string::npos &&
           std::all_of(url.host.begin(), url.host.end(), IsAddressCharacter);
  }
  const size_t end = std::min(authority.find(':'), authority.size());
  url.host = authority.substr(0, end);
  authority.remove_prefix(end);
  return !url.host.empty() && std::all_of(url.host.begin(), url.host.end(), IsHostCharacter);
}

std::optional<uint16_t> ParsePort(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (error != std::errc() || end != digits.end() || value == 0 || value > 65535) {
    return std::nullopt;
  }
  return static_cast<uint16_t>(value);
}

std::string Bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : absl::StrFormat("[%s]", host);
}

}  // namespace

std::string Url::HostHeader() const {
  const std::string name = Bracketed(host);
  return port == (https ? 443 : 80) ? name : absl::StrFormat("%s:%d", name, port);
}

std::string Url::ToString() const {
  return absl::StrFormat("%s://%s:%d%s", https ? "https" : "http", Bracketed(host), port, path);
}

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (text.empty()) return Refused(text, "need http://HOST[:PORT][/PREFIX], got nothing");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c == 0x7f; })) {
    return Refused(text, "must hold no space or control character");
  }
  if (!TakeScheme(rest, url)) return Refused(text, "scheme: need http or https");
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return Refused(text, "must have no query and no fragment");
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.path = rest.substr(slash);
  if (authority.find('@') != std::string_view::npos) {
    return Refused(text, "must hold no user name or password; give the key by --api-key-env");
  }
  if (!TakeHost(authority, url)) return Refused(text, "host: need a name or an address");
  if (authority.empty()) return url;
  const auto port = authority.starts_with(':') ? ParsePort(authority.substr(1)) : std::nullopt;
  if (!port) return Refused(text, "port: need a number from 1 to 65535");
  url.port = *port;
  return url;
}

absl::StatusOr<Url> ParseTargetUrl(std::string_view text) {
  absl::StatusOr<Url> url = ParseUrl(text);
  if (!url.ok()) return url;
  const auto cut_slashes = [&url] {
    while (url->path.ends_with('/')) url->path.pop_back();
  };
  cut_slashes();
  if (url->path.ends_with("/v1")) url->path.resize(url->path.size() - 3);
  cut_slashes();
  return url;
}

}  // namespace specctl
