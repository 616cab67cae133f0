// Where connections between the processes of specctl may go without TLS.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace specctl {

// Whether `address` names this host alone, without looking names up: localhost, 127.0.0.0/8 or ::1,
// with or without a port, brackets, and gRPC's "dns:", "ipv4:" or "ipv6:" before it.  An empty host
// (":7070") is every interface.
bool IsLoopback(std::string_view address);

struct Transport {
  std::string address;     // to listen on, or to dial: host, host:port, [host]:port
  bool has_tls = false;    // a folder of certificates was given
  bool plaintext = false;  // --plaintext was given
};

// INVALID_ARGUMENT  plain text to or from another host that nobody asked for, or both TLS and
//                   --plaintext
// Pure.
absl::Status CheckPlaintext(const Transport& transport);

}  // namespace specctl
