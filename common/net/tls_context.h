// The client's TLS settings as an OpenSSL context.
#pragma once

#include <memory>
#include <string>

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include "common/net/tls_spec.h"

namespace specctl {

// The text of a --ca-file, whether or not it holds certificates.
// INVALID_ARGUMENT "--ca-file: ..." where it can't be read or is over 4 MiB.
absl::StatusOr<std::string> ReadCaFile(const std::string& path);

// A context for client connections: TLS 1.2 or later; the server's certificate must be signed by
// the authorities of spec.ca_pem, else of spec.ca_file (the system's where both are empty), unless
// spec.insecure.  The host name is for each connection to set (SSL_set1_host).  Shared by
// connections of any thread.
// INVALID_ARGUMENT "--ca-file: ..." where the file can't be read or holds no certificate.
absl::StatusOr<std::shared_ptr<SSL_CTX>> MakeClientTlsContext(const TlsSpec& spec);

// What OpenSSL's error queue of this thread says, in one line; empties the queue.
std::string TakeTlsErrors();

}  // namespace specctl
