#include "common/net/url.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace specctl {
namespace {

// Everything up to the last '@' may be a secret: what is no URL need not have its login before the
// first slash.
std::string WithoutLogin(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::string(text);
  const size_t scheme = text.find("://");
  const bool has_scheme = scheme != std::string_view::npos && scheme < at;
  return std::string(has_scheme ? text.substr(0, scheme + 3) : "")
      .append("...")
      .append(text.substr(at));
}

absl::Status Refused(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrFormat("URL \"%s\": %s", WithoutLogin(text).substr(0, 200), why));
}

std::optional<int> ValueOfHexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

// Percent-decoded (RFC 3986 2.1); nullopt where a '%' is not followed by two hex digits.
std::optional<std::string> Decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = ValueOfHexDigit(text[i + 1]), low = ValueOfHexDigit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  return out;
}

// Cuts "user:password@" off `authority`; false where it can't be decoded.
bool TakeLogin(std::string_view& authority, Url& url) {
  const size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return true;
  auto login = Decoded(authority.substr(0, at));
  authority.remove_prefix(at + 1);
  if (!login) return false;
  url.login = *std::move(login);
  return true;
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

std::string Url::BasicAuthorization() const {
  if (login.empty()) return "";
  const bool has_password = login.find(':') != std::string::npos;
  return "Basic " + absl::Base64Escape(has_password ? login : login + ":");
}

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (text.empty()) return Refused(text, "need http://HOST[:PORT][/PREFIX], got nothing");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c == 0x7f; })) {
    return Refused(text, "must not contain spaces or control characters");
  }
  if (!TakeScheme(rest, url)) return Refused(text, "scheme: need http or https");
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return Refused(text, "must not have a query or a fragment");
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.path = rest.substr(slash);
  if (!TakeLogin(authority, url)) {
    return Refused(text, "user name and password: % needs two hex digits after it");
  }
  if (!TakeHost(authority, url)) return Refused(text, "host: need a name or an address");
  if (authority.empty()) return url;
  const auto port = authority.starts_with(':') ? ParsePort(authority.substr(1)) : std::nullopt;
  if (!port) return Refused(text, "port: need a number from 1 to 65535");
  url.port = *port;
  return url;
}

std::string WithoutLogins(std::string_view text) {
  constexpr std::string_view kBegin = "//";
  std::string out;
  for (;;) {
    const size_t begin = text.find(kBegin);
    if (begin == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin + kBegin.size()));
    text.remove_prefix(begin + kBegin.size());
    // A password that is not encoded may hold anything but white space and quotes.
    const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n\"'"));
    const size_t at = word.rfind('@');
    if (at == std::string_view::npos) continue;
    out.append("...");
    text.remove_prefix(at);
  }
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
