// An authority of one's own, and the certificates that it issues to the roles.
//
// Pure but for the random numbers of OpenSSL, which keys and serials are drawn from; time is an
// argument.  Thread-safe.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "common/security/peer_role.h"

namespace specctl {

// A certificate and its private key (PKCS #8, not encrypted), as PEM.
struct CertificateAndKey {
  std::string certificate_pem, key_pem;
};

// Certificates are valid from this long before they are made: hosts' clocks differ.
inline constexpr std::chrono::hours kBackdated{1};

// From `now` on.
struct Validity {
  UnixTime now;
  std::chrono::seconds lifetime{};
};

// A self-signed authority: ECDSA P-256, SHA-256; may issue certificates, but no further authorities
// (pathlen 0).  Its name has random digits: "specctl authority 3fa9c012".
// INVALID_ARGUMENT  a lifetime that is not in (0, 100 years]
// INTERNAL          OpenSSL failed; says why
absl::StatusOr<CertificateAndKey> MakeAuthority(const Validity& validity);

struct CertificateRequest {
  PeerRole role = PeerRole::kClient;
  // DNS names and IP addresses of the controller, beside localhost, 127.0.0.1 and ::1, which it
  // always has.  A DNS name may begin with "*.".  At most 100; none for the other roles.
  std::vector<std::string> names;
  // Ends with that of the authority if that is sooner.
  Validity validity;
};

// A certificate for `request.role`, signed by `authority`: ECDSA P-256, SHA-256; to serve with
// where it is the controller's, else to call with. INVALID_ARGUMENT     a name that is none, or
// names for another role; a lifetime as above;
//                      `authority` is none, or the key is not its own
// FAILED_PRECONDITION  the authority has expired
// INTERNAL             as above
absl::StatusOr<CertificateAndKey> IssueCertificate(const CertificateAndKey& authority,
                                                   const CertificateRequest& request);

}  // namespace specctl
