#include "common/security/grpc_credentials.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include <absl/strings/str_format.h>
#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "common/security/refusal_reasons.h"
#include "common/security/tls_files.h"

namespace specctl {
namespace {

namespace tls_api = grpc::experimental;

grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

std::string_view View(grpc::string_ref text) { return {text.data(), text.size()}; }

std::shared_ptr<tls_api::CertificateProviderInterface> WatchFiles(const TlsFolder& tls) {
  const TlsPaths paths(tls.folder);
  const auto refresh = std::max(tls.refresh, std::chrono::seconds(1));
  return std::make_shared<tls_api::FileWatcherCertificateProvider>(
      paths.key, paths.certificate, paths.ca, static_cast<unsigned>(refresh.count()));
}

// Checks each call by the rules.  gRPC runs it on the thread that has read the call's headers.
class RuleProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit RuleProcessor(std::vector<ServiceRule> rules) : rules_(std::move(rules)) {}

  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* /*consumed*/, OutputMetadata* /*response*/) override {
    const auto path = metadata.find(":path");
    const absl::Status allowed = CheckPath(
        {.common_name = PeerCommonName(*context),
         .call = path == metadata.end() ? std::string() : std::string(View(path->second))},
        rules_);
    if (!allowed.ok()) {
      RefusalReasons::OfProcess().OnCall(std::string(allowed.message()), MonoNow());
    }
    return ToGrpc(allowed);
  }

 private:
  const std::vector<ServiceRule> rules_;
};

// The name that was dialled, and the role; OpenSSL has checked signatures and times before.
class ControllerVerifier final : public tls_api::ExternalCertificateVerifier {
 public:
  bool Verify(tls_api::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* status) override {
    *status = Judge(*request);
    return true;
  }
  void Cancel(tls_api::TlsCustomVerificationCheckRequest*) override {}

 private:
  grpc::Status Judge(tls_api::TlsCustomVerificationCheckRequest& request) {
    grpc::Status named;
    // It answers at once; were it ever to answer later, that would be no answer.
    if (!host_name_.Verify(
            &request, [](const grpc::Status&) {}, &named)) {
      return {grpc::StatusCode::INTERNAL, "the server's name was not checked"};
    }
    if (!named.ok()) {
      return {grpc::StatusCode::UNAUTHENTICATED,
              absl::StrFormat("the server's certificate is not for %s: its names are those of "
                              "`specctl certs --name`",
                              std::string(View(request.target_name())))};
    }
    const std::string_view name = View(request.common_name());
    if (RoleOfCommonName(name) == PeerRole::kController) return grpc::Status::OK;
    return {grpc::StatusCode::UNAUTHENTICATED,
            absl::StrFormat("the server's certificate is not a controller's, but one of '%s'",
                            std::string(name))};
  }

  tls_api::HostNameCertificateVerifier host_name_;
};

}  // namespace

absl::StatusOr<ServerTls> MakeServerTls(const TlsFolder& tls, std::vector<ServiceRule> rules) {
  auto files = ReadTlsFiles(tls.folder, PeerRole::kController, tls.now);
  if (!files.ok()) return files.status();
  tls_api::TlsServerCredentialsOptions options(WatchFiles(tls));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  auto credentials = tls_api::TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(std::make_shared<RuleProcessor>(std::move(rules)));
  return ServerTls{.credentials = std::move(credentials),
                   .facts = std::move(files->facts),
                   .warnings = std::move(files->warnings)};
}

absl::StatusOr<ChannelTls> MakeChannelTls(const TlsFolder& tls, PeerRole role) {
  auto files = ReadTlsFiles(tls.folder, role, tls.now);
  if (!files.ok()) return files.status();
  tls_api::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(WatchFiles(tls));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(
      tls_api::ExternalCertificateVerifier::Create<ControllerVerifier>());
  return ChannelTls{.credentials = tls_api::TlsCredentials(options),
                    .facts = std::move(files->facts),
                    .warnings = std::move(files->warnings)};
}

std::string PeerCommonName(const grpc::AuthContext& context) {
  const auto names = context.FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
  return names.empty() ? std::string() : std::string(View(names.front()));
}

absl::Status AllowRole(const grpc::AuthContext& context, std::span<const PeerRole> roles,
                       std::string_view call) {
  return CheckCaller({.common_name = PeerCommonName(context), .call = std::string(call)}, roles);
}

}  // namespace specctl
