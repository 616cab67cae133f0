// A folder of TLS files as every process of specctl takes it: ca.crt, tls.crt, tls.key (the names
// that Kubernetes and cert-manager give them in a secret).
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "common/security/certificate_facts.h"
#include "common/security/peer_role.h"

namespace specctl {

struct TlsPaths {
  explicit TlsPaths(const std::string& folder)
      : ca(folder + "/ca.crt"), certificate(folder + "/tls.crt"), key(folder + "/tls.key") {}

  std::string ca;           // the authorities that peers' certificates are checked against
  std::string certificate;  // this process's, then any that lie between it and an authority
  std::string key;          // not encrypted
};

struct TlsFiles {
  std::string ca_pem, certificate_pem, key_pem;
  CertificateFacts facts;             // of the certificate
  std::vector<std::string> warnings;  // lines for people: they begin with a file's name
};

// What `path` holds.
// NOT_FOUND         there is no such file
// INVALID_ARGUMENT  it can't be read, is no regular file, or is over 1 MiB; each names the file
absl::StatusOr<std::string> ReadSmallFile(const std::string& path);

// A line where others than owner and group can read or change the key at `path`, else empty.
std::string KeyModeWarning(const std::string& path);

// Reads the files of `folder` for a process of `role` and checks what a handshake would stumble
// over later, with less to say: key and certificate belong together, the certificate is valid at
// `now`, has the role, and is signed by an authority of ca.crt.
//
// Warnings: a key that others can read; a certificate with less than a tenth of its life left.
// NOT_FOUND            a file is missing
// FAILED_PRECONDITION  the certificate has expired, or is not valid yet
// INVALID_ARGUMENT     anything else
// Each names the file and says what to do.
absl::StatusOr<TlsFiles> ReadTlsFiles(const std::string& folder, PeerRole role, UnixTime now);

}  // namespace specctl
