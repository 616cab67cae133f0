#include "common/security/plaintext_policy.h"

#include <arpa/inet.h>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>

#include "common/base/printable.h"

namespace specctl {
namespace {

// Of "dns:///name:7070" and the like, what is to be resolved.
std::string_view WithoutScheme(std::string_view address) {
  for (const std::string_view scheme : {"dns:", "ipv4:", "ipv6:"}) {
    if (!address.starts_with(scheme)) continue;
    const std::string_view rest = address.substr(scheme.size());
    // "dns://server/name" asks a name server of its own; "dns:7070" is a host called dns.
    if (rest.starts_with("///")) return rest.substr(3);
    if (rest.find(':') != std::string_view::npos) return rest;
  }
  return address;
}

std::string_view HostOf(std::string_view address) {
  address = WithoutScheme(address);
  if (address.starts_with('[')) {
    const size_t end = address.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view port = address.substr(end + 1);
    return port.empty() || port.starts_with(':') ? address.substr(1, end - 1) : std::string_view();
  }
  const size_t colon = address.find(':');
  // Two colons without brackets: an IPv6 address without a port.
  const bool has_port = colon != std::string_view::npos && address.rfind(':') == colon;
  return has_port ? address.substr(0, colon) : address;
}

bool IsLoopbackHost(const std::string& host) {
  if (absl::AsciiStrToLower(host) == "localhost") return true;
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

}  // namespace

bool IsLoopback(std::string_view address) { return IsLoopbackHost(std::string(HostOf(address))); }

absl::Status CheckPlaintext(const Transport& transport) {
  if (transport.has_tls && transport.plaintext) {
    return absl::InvalidArgumentError(
        "--plaintext: need either it or a folder of certificates, got both");
  }
  if (transport.has_tls || transport.plaintext || IsLoopback(transport.address)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s: plain text needs --plaintext, except on loopback, where it is the default; "
      "`specctl certs init` makes certificates for TLS",
      Printable(transport.address)));
}

}  // namespace specctl
