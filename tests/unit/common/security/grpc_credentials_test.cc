// A real server on loopback, its calls by the right peers and by intruders.
#include "common/security/grpc_credentials.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/base/mutex.h"
#include "common/security/authority.h"
#include "common/security/certificate_folder.h"
#include "common/security/openssl_objects.h"
#include "common/security/refusal_reasons.h"
#include "common/security/tls_files.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::HasSubstr;

namespace fs = std::filesystem;
namespace tls_api = grpc::experimental;

constexpr std::array kAgentOnly = {PeerRole::kAgent};
const std::vector<ServiceRule> kAgentRule = {
    {.service = "specctl.v1.AgentSession", .roles = {PeerRole::kAgent}}};

std::string PeerPem(const grpc::AuthContext& context) {
  const auto found = context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  return found.empty() ? "" : std::string(found.front().data(), found.front().size());
}

// Answers clock probes, and keeps what it saw of the last caller.
class ProbedServer final : public v1::AgentSession::Service {
 public:
  struct Seen {
    int calls = 0;
    absl::Status allowed;  // AllowRole() for agents
    std::string certificate_pem;
  };

  explicit ProbedServer(std::shared_ptr<grpc::ServerCredentials> credentials) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", std::move(credentials), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~ProbedServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  Seen seen() {
    MutexLock lock(mu_);
    return seen_;
  }

 private:
  grpc::Status ProbeClock(grpc::ServerContext* context, const v1::ClockProbeRequest*,
                          v1::ClockProbeReply*) override {
    MutexLock lock(mu_);
    ++seen_.calls;
    seen_.allowed = AllowRole(*context->auth_context(), kAgentOnly, "ProbeClock");
    seen_.certificate_pem = PeerPem(*context->auth_context());
    return grpc::Status::OK;
  }

  Mutex mu_;
  Seen seen_ ABSL_GUARDED_BY(mu_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

struct Answer {
  grpc::Status status;
  std::string server_pem;
};

// One call by a channel.
Answer ProbeBy(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::AgentSession::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + seconds(30));
  v1::ClockProbeReply reply;
  Answer answer;
  answer.status = stub->ProbeClock(&context, v1::ClockProbeRequest(), &reply);
  if (answer.status.ok()) answer.server_pem = PeerPem(*context.auth_context());
  return answer;
}

// One call over a connection of its own; `name`: as if the server had been dialled by it.
Answer Probe(const std::shared_ptr<grpc::ChannelCredentials>& credentials,
             const std::string& address, const std::string& name = "") {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!name.empty()) arguments.SetSslTargetNameOverride(name);
  return ProbeBy(grpc::CreateCustomChannel(address, credentials, arguments));
}

// Calls until `wanted` holds of an answer, for a time that is only met where something is wrong.
template <class Wanted>
Answer ProbeUntil(const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                  const std::string& address, const Wanted& wanted) {
  const MonoTime end = MonoNow() + seconds(60);
  while (true) {
    Answer answer = Probe(credentials, address);
    if (wanted(answer) || MonoNow() > end) return answer;
  }
}

// What somebody might present who has no folder of ours: `ca_pem` is whom they trust.
std::shared_ptr<grpc::ChannelCredentials> IntruderCredentials(const std::string& ca_pem,
                                                              const CertificateAndKey& shown) {
  std::vector<tls_api::IdentityKeyCertPair> identity;
  if (!shown.key_pem.empty()) identity.push_back({shown.key_pem, shown.certificate_pem});
  tls_api::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<tls_api::StaticDataCertificateProvider>(ca_pem, identity));
  options.watch_root_certs();
  if (!identity.empty()) options.watch_identity_key_cert_pairs();
  return tls_api::TlsCredentials(options);
}

// Two authorities' folders, "mine" and "other", and a server of "mine".
class GrpcCredentialsTest : public ::testing::Test {
 protected:
  GrpcCredentialsTest() {
    ::setenv("GRPC_VERBOSITY", "NONE", 0);
    std::string name = ::testing::TempDir() + "/grpc_credentials_XXXXXX";
    root_ = ::mkdtemp(name.data());
    MakeFolder("mine");
    MakeFolder("other");
  }
  ~GrpcCredentialsTest() override { fs::remove_all(root_); }

  void MakeFolder(const std::string& name) const {
    const absl::Status made = MakeCertificateFolder({.folder = root_ + "/" + name,
                                                     .names = {"load-1"},
                                                     .now = UnixNow(),
                                                     .lifetime = hours(24),
                                                     .authority_lifetime = hours(48)});
    ASSERT_TRUE(made.ok()) << made;
  }
  TlsFolder FolderAt(const std::string& folder) const {
    return {.folder = root_ + "/" + folder, .now = UnixNow(), .refresh = seconds(1)};
  }
  std::string Text(const std::string& path) const { return *ReadSmallFile(root_ + "/" + path); }
  CertificateAndKey Pair(const std::string& certificate, const std::string& key) const {
    return {.certificate_pem = Text(certificate), .key_pem = Text(key)};
  }
  CertificateAndKey IssuedBy(const std::string& folder, const CertificateRequest& request) const {
    return *IssueCertificate(Pair(folder + "/ca.crt", folder + "/ca.key"), request);
  }
  std::shared_ptr<grpc::ServerCredentials> Serving(std::vector<ServiceRule> rules = kAgentRule) {
    return MakeServerTls(FolderAt("mine/controller"), std::move(rules))->credentials;
  }
  std::shared_ptr<grpc::ChannelCredentials> Calling(const std::string& folder, PeerRole role) {
    return MakeChannelTls(FolderAt(folder), role)->credentials;
  }
  std::shared_ptr<grpc::ChannelCredentials> AgentOfMine() {
    return Calling("mine/agent", PeerRole::kAgent);
  }
  // Replaces a file as `specctl certs renew` does.
  void Replace(const std::string& path, const std::string& text) const {
    std::ofstream(root_ + "/next") << text;
    fs::rename(root_ + "/next", root_ + "/" + path);
  }

  std::string root_;
};

// A controller's certificate of "mine", but with another common name.
CertificateAndKey WithCommonName(const CertificateAndKey& authority, const CertificateAndKey& leaf,
                                 const std::string& name) {
  const X509Ptr certificate = CertificateOf(leaf.certificate_pem);
  const KeyPtr key = PrivateKeyOf(authority.key_pem);
  const std::unique_ptr<X509_NAME, OpenSslFree<X509_NAME_free>> subject(X509_NAME_new());
  X509_NAME_add_entry_by_txt(subject.get(), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_subject_name(certificate.get(), subject.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate.get());
  return {.certificate_pem = TextOf(*out), .key_pem = leaf.key_pem};
}

TEST_F(GrpcCredentialsTest, TheRightRolePasses) {
  ProbedServer server(Serving());
  const Answer answer = Probe(AgentOfMine(), server.address());
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.server_pem, Text("mine/controller/tls.crt"));
  EXPECT_TRUE(server.seen().allowed.ok()) << server.seen().allowed;
  EXPECT_EQ(server.seen().certificate_pem, Text("mine/agent/tls.crt"));
}

TEST_F(GrpcCredentialsTest, AnotherRoleIsRefusedBeforeTheHandler) {
  ProbedServer server(Serving());
  const Answer answer = Probe(Calling("mine/client", PeerRole::kClient), server.address());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(answer.status.error_message(),
            "/specctl.v1.AgentSession/ProbeClock: need a certificate of role agent, got one of "
            "role client");
  EXPECT_EQ(server.seen().calls, 0);
}

TEST_F(GrpcCredentialsTest, WhatNoRuleNamesIsRefused) {
  ProbedServer server(Serving({}));
  const Answer answer = Probe(AgentOfMine(), server.address());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(answer.status.error_message(),
            "/specctl.v1.AgentSession/ProbeClock: no role may call it");
}

TEST_F(GrpcCredentialsTest, HandlersCanAskForARoleThemselves) {
  ProbedServer server(Serving(
      {{.service = "specctl.v1.AgentSession", .roles = {PeerRole::kAgent, PeerRole::kClient}}}));
  EXPECT_TRUE(Probe(Calling("mine/client", PeerRole::kClient), server.address()).status.ok());
  EXPECT_EQ(server.seen().allowed,
            absl::PermissionDeniedError(
                "ProbeClock: need a certificate of role agent, got one of role client"));
  ProbedServer plain(grpc::InsecureServerCredentials());
  EXPECT_TRUE(Probe(grpc::InsecureChannelCredentials(), plain.address()).status.ok());
  EXPECT_EQ(plain.seen().allowed,
            absl::UnauthenticatedError("ProbeClock: need a certificate of role agent, got none"));
}

TEST_F(GrpcCredentialsTest, IntrudersDoNotGetThroughTheHandshakeAndItIsToldWhy) {
  RefusalReasons::TakeGrpcLog();
  const auto told = [] { return RefusalReasons::OfProcess().TakeFor(MonoNow()); };
  ProbedServer server(Serving());
  const std::string ca = Text("mine/ca.crt");
  const CertificateAndKey expired =
      IssuedBy("mine", {.role = PeerRole::kAgent,
                        .names = {},
                        .validity = {.now = UnixNow() - hours(2), .lifetime = hours(1)}});
  const CertificateAndKey none;
  const CertificateAndKey others = Pair("other/agent/tls.crt", "other/agent/tls.key");
  const CertificateAndKey serving = Pair("mine/controller/tls.crt", "mine/controller/tls.key");
  const std::string failed = "TLS handshake: certificate verify failed";
  for (const auto& [what, shown, why] :
       {std::tuple("none", &none, "TLS handshake: peer did not return a certificate"),
        std::tuple("wrong authority", &others, failed.c_str()),
        std::tuple("expired", &expired, failed.c_str()),
        std::tuple("made to serve with", &serving, failed.c_str())}) {
    const Answer answer = Probe(IntruderCredentials(ca, *shown), server.address());
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE)
        << what << answer.status.error_message();
    EXPECT_EQ(told(), why) << what;
  }
  const Answer plain = Probe(grpc::InsecureChannelCredentials(), server.address());
  EXPECT_EQ(plain.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(told(), "TLS handshake: wrong version number");
  EXPECT_EQ(server.seen().calls, 0);
  EXPECT_TRUE(Probe(AgentOfMine(), server.address()).status.ok()) << "unharmed";
}

TEST_F(GrpcCredentialsTest, AValidCertificateWithoutARoleMayCallNothing) {
  ProbedServer server(Serving());
  const CertificateAndKey odd =
      WithCommonName(Pair("mine/ca.crt", "mine/ca.key"),
                     Pair("mine/agent/tls.crt", "mine/agent/tls.key"), "specctl-agents");
  const Answer answer = Probe(IntruderCredentials(Text("mine/ca.crt"), odd), server.address());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(answer.status.error_message(),
              HasSubstr("one of 'specctl-agents', which is no role"));
}

TEST_F(GrpcCredentialsTest, ServersOfAnotherAuthorityRoleOrNameAreRefused) {
  const auto agent = AgentOfMine();
  ProbedServer of_other(MakeServerTls(FolderAt("other/controller"), kAgentRule)->credentials);
  const Answer other = Probe(agent, of_other.address());
  EXPECT_EQ(other.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(other.status.error_message(), HasSubstr("certificate verify failed"));

  ProbedServer server(Serving());
  EXPECT_TRUE(Probe(agent, server.address(), "load-1").status.ok());
  EXPECT_TRUE(Probe(agent, server.address(), "localhost").status.ok());
  const Answer misnamed = Probe(agent, server.address(), "load-2");
  EXPECT_EQ(misnamed.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(misnamed.status.error_message(),
              HasSubstr("the server's certificate is not for load-2"));

  const CertificateAndKey impostor =
      WithCommonName(Pair("mine/ca.crt", "mine/ca.key"),
                     Pair("mine/controller/tls.crt", "mine/controller/tls.key"), "specctl-agent");
  tls_api::TlsServerCredentialsOptions options(
      std::make_shared<tls_api::StaticDataCertificateProvider>(
          Text("mine/ca.crt"),
          std::vector<tls_api::IdentityKeyCertPair>{{impostor.key_pem, impostor.certificate_pem}}));
  options.watch_identity_key_cert_pairs();
  ProbedServer unlawful(tls_api::TlsServerCredentials(options));
  const Answer caught = Probe(agent, unlawful.address());
  EXPECT_EQ(caught.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(caught.status.error_message(),
              HasSubstr("the server's certificate is not a controller's, but one of "
                        "'specctl-agent'"));
  EXPECT_EQ(unlawful.seen().calls, 0);
}

TEST_F(GrpcCredentialsTest, RenewedCertificatesAreTakenByBothSidesWithoutARestart) {
  ProbedServer server(Serving());
  const auto agent = AgentOfMine();
  const auto open_before = grpc::CreateChannel(server.address(), agent);
  ASSERT_TRUE(ProbeBy(open_before).status.ok());
  const absl::Status renewed = RenewCertificates({.folder = root_ + "/mine",
                                                  .role = {},
                                                  .names = {},
                                                  .now = UnixNow(),
                                                  .lifetime = hours(24)});
  ASSERT_TRUE(renewed.ok()) << renewed;
  const std::string of_server = Text("mine/controller/tls.crt");
  const std::string of_agent = Text("mine/agent/tls.crt");
  const Answer answer = ProbeUntil(agent, server.address(), [&](const Answer& one) {
    return one.server_pem == of_server && server.seen().certificate_pem == of_agent;
  });
  EXPECT_EQ(answer.server_pem, of_server);
  EXPECT_EQ(server.seen().certificate_pem, of_agent);
  EXPECT_TRUE(ProbeBy(open_before).status.ok()) << "an open connection goes on";
}

TEST_F(GrpcCredentialsTest, AnotherAuthorityIsTakenToo) {
  ProbedServer server(Serving());
  const auto agent = AgentOfMine();
  ASSERT_TRUE(Probe(agent, server.address()).status.ok());
  for (const char* file : {"ca.crt", "tls.key", "tls.crt"}) {
    Replace(std::string("mine/controller/") + file, Text(std::string("other/controller/") + file));
  }
  const auto of_other = Calling("other/agent", PeerRole::kAgent);
  const auto passes = [](const Answer& one) { return one.status.ok(); };
  EXPECT_TRUE(ProbeUntil(of_other, server.address(), passes).status.ok());
  EXPECT_EQ(Probe(agent, server.address()).status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcCredentialsTest, AKeyWithoutItsCertificateFailsOnlyUntilBothAreThere) {
  ProbedServer server(Serving());
  const auto agent = AgentOfMine();
  const auto passes = [](const Answer& one) { return one.status.ok(); };
  const auto fails = [](const Answer& one) { return !one.status.ok(); };
  ASSERT_TRUE(Probe(agent, server.address()).status.ok());
  const CertificateAndKey next =
      IssuedBy("mine", {.role = PeerRole::kController,
                        .names = {},
                        .validity = {.now = UnixNow(), .lifetime = hours(24)}});
  Replace("mine/controller/tls.key", next.key_pem);
  EXPECT_EQ(ProbeUntil(agent, server.address(), fails).status.error_code(),
            grpc::StatusCode::UNAVAILABLE);
  Replace("mine/controller/tls.crt", next.certificate_pem);
  EXPECT_EQ(ProbeUntil(agent, server.address(), passes).server_pem, next.certificate_pem);
}

TEST_F(GrpcCredentialsTest, OldVersionsOfTlsAreRefused) {
  ProbedServer server(Serving());
  for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::unique_ptr<SSL_CTX, OpenSslFree<SSL_CTX_free>> context(
        SSL_CTX_new(TLS_client_method()));
    // Debian's own minimum is 1.2: a peer's may be lower.
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), version);
    const std::string files = root_ + "/mine/agent/tls";
    SSL_CTX_use_certificate_file(context.get(), (files + ".crt").c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context.get(), (files + ".key").c_str(), SSL_FILETYPE_PEM);
    const std::unique_ptr<BIO, OpenSslFree<BIO_free_all>> connection(
        BIO_new_ssl_connect(context.get()));
    BIO_set_conn_hostname(connection.get(), server.address().c_str());
    const bool shaken =
        BIO_do_connect(connection.get()) == 1 && BIO_do_handshake(connection.get()) == 1;
    EXPECT_EQ(shaken, version >= TLS1_2_VERSION) << version;
  }
}

TEST_F(GrpcCredentialsTest, FilesThatCannotServeAreRefusedAtOnce) {
  EXPECT_TRUE(absl::IsInvalidArgument(MakeServerTls(FolderAt("mine/agent"), kAgentRule).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(MakeChannelTls(FolderAt("mine/client"), PeerRole::kAgent).status()));
  EXPECT_TRUE(absl::IsNotFound(MakeChannelTls(FolderAt("mine"), PeerRole::kClient).status()));
  TlsFolder late = FolderAt("mine/agent");
  late.now += hours(25);
  EXPECT_TRUE(absl::IsFailedPrecondition(MakeChannelTls(late, PeerRole::kAgent).status()));
}

}  // namespace
}  // namespace specctl
