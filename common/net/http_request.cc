#include "common/net/http_request.h"

#include <algorithm>

#include <absl/strings/match.h>

namespace specctl {
namespace {

constexpr std::string_view kTokenSymbols = "!#$%&'*+-.^_`|~";

bool IsTokenCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kTokenSymbols.find(c) != std::string_view::npos;
}

// Debian's absl::string_view is not std's.
bool SameName(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(absl::string_view(a.data(), a.size()),
                                absl::string_view(b.data(), b.size()));
}

void AppendHeader(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string SerializeRequest(const Url& url, const HttpRequest& request) {
  std::string out;
  out.reserve(512 + request.body.size());
  out.append(request.method).append(" ").append(url.path).append(request.path);
  if (url.path.empty() && request.path.empty()) out += '/';
  out.append(" HTTP/1.1\r\n");
  const auto add_default = [&](std::string_view name, std::string_view value) {
    const bool replaced =
        std::any_of(request.headers.begin(), request.headers.end(),
                    [&](const auto& given) { return SameName(given.first, name); });
    if (!replaced) AppendHeader(name, value, out);
  };
  add_default("Host", url.HostHeader());
  add_default("User-Agent", "specctl");
  add_default("Accept", "*/*");
  add_default("Accept-Encoding",
              "identity");  // without it any coding is welcome (RFC 9110, 12.5.3)
  if (!request.body.empty() || request.method == "POST") {
    add_default("Content-Type", "application/json");
    add_default("Content-Length", std::to_string(request.body.size()));
  }
  for (const auto& [name, value] : request.headers) AppendHeader(name, value, out);
  out.append("\r\n").append(request.body);
  return out;
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsTokenCharacter);
}

bool IsHeaderValue(std::string_view value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace specctl
