// gRPC credentials from a folder of TLS files: TLS 1.2 or later, certificates on both sides, roles
// checked, new files taken without a restart.
//
// Making credentials begins gRPC and a thread that watches the files: not before the process is one
// that needs them, and no fork without exec afterwards.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include "common/base/clock.h"
#include "common/security/call_rules.h"
#include "common/security/certificate_facts.h"
#include "common/security/peer_role.h"

namespace specctl {

struct TlsFolder {
  std::string folder;  // as ReadTlsFiles() has it
  UnixTime now;        // what the certificate's validity is checked against, once
  // How often the files are looked at; at least 1 s.  New connections use what was read last;
  // connections that are there go on with the certificates they began with.  Where key and
  // certificate do not belong together, or a file is gone, new connections fail until they do.
  std::chrono::seconds refresh{10};
};

struct ServerTls {
  std::shared_ptr<grpc::ServerCredentials> credentials;
  CertificateFacts facts;
  std::vector<std::string> warnings;  // as TlsFiles has them
};
struct ChannelTls {
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  CertificateFacts facts;
  std::vector<std::string> warnings;
};

// For the controller.  A client needs a certificate of an authority of ca.crt, made to call with:
// without one the handshake fails.  Each call is checked by `rules` (CheckPath) before its handler
// or anything of its messages is reached, and ends with what that says; so do RefusalReasons.
// Errors as ReadTlsFiles().
absl::StatusOr<ServerTls> MakeServerTls(const TlsFolder& tls, std::vector<ServiceRule> rules);

// For an agent or a client (`role`), which takes a server only if its certificate is of an
// authority of ca.crt, made to serve with, names the host that was dialled, and is of role
// controller.
// Errors as ReadTlsFiles().
absl::StatusOr<ChannelTls> MakeChannelTls(const TlsFolder& tls, PeerRole role);

// The common name of the peer's certificate; empty: none was shown.  Only as good as the
// credentials: those above check certificates.
std::string PeerCommonName(const grpc::AuthContext& context);

// CheckCaller() of the peer of a call, for a check inside a handler: `call` is for the message.
absl::Status AllowRole(const grpc::AuthContext& context, std::span<const PeerRole> roles,
                       std::string_view call);

}  // namespace specctl
