// The files of an authority and its three roles, as `specctl certs` keeps them:
//
//   DIR/ca.crt  DIR/ca.key  DIR/controller/  DIR/agent/  DIR/client/: ca.crt tls.crt tls.key in
//   each
//
// Keys have mode 0600 and new folders 0700.  A role's folder has all that a process of the role
// needs; ca.key is needed only to renew.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "common/security/certificate_facts.h"
#include "common/security/peer_role.h"

namespace specctl {

struct NewCertificates {
  std::string folder;              // without a slash at its end
  std::vector<std::string> names;  // of the controller, as CertificateRequest has them
  UnixTime now;
  std::chrono::seconds lifetime{}, authority_lifetime{};
};

// Makes the folder, and those above it, where they are missing, and all files.  On an error the
// files and the folder that it made are removed again.
// ALREADY_EXISTS    one of the files is there
// INVALID_ARGUMENT  as MakeAuthority() and IssueCertificate()
// INTERNAL          a file can't be written
absl::Status MakeCertificateFolder(const NewCertificates& wanted);

struct Renewal {
  std::string folder;              // as above
  std::optional<PeerRole> role;    // none: all three
  std::vector<std::string> names;  // of the controller; empty: those of its present certificate
  UnixTime now;
  std::chrono::seconds lifetime{};
};

// Issues new certificates with new keys.  Each file is replaced at once (rename), the key just
// before its certificate.  A role's folder that is gone is made again; the controller's only with
// names. NOT_FOUND            ca.crt or ca.key is missing, or the controller's names are
// FAILED_PRECONDITION  the authority has expired
// Else as MakeCertificateFolder().
absl::Status RenewCertificates(const Renewal& renewal);

struct ListedCertificate {
  std::string what;  // "authority", a role, or of a role's folder alone the common name
  CertificateFacts facts;
  std::string warning;  // about its key; empty: none
};

// The certificates that are there, of an authority's folder or of a role's.
// NOT_FOUND         there are none
// INVALID_ARGUMENT  a file can't be read, or holds none
absl::StatusOr<std::vector<ListedCertificate>> ListCertificates(const std::string& folder);

}  // namespace specctl
