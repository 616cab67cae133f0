#include "common/security/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <optional>

#include "common/security/certificate_facts.h"
#include "common/security/openssl_objects.h"

namespace specctl {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UnixTime kMade(std::chrono::seconds(1'795'000'000));

CertificateAndKey AuthorityFor(hours lifetime = hours(24 * 3650)) {
  auto made = MakeAuthority({.now = kMade, .lifetime = lifetime});
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? *std::move(made) : CertificateAndKey();
}

CertificateRequest RequestOf(PeerRole role, std::vector<std::string> names = {}) {
  return {.role = role,
          .names = std::move(names),
          .validity = {.now = kMade, .lifetime = hours(24 * 365)}};
}

CertificateAndKey Issued(const CertificateAndKey& authority, const CertificateRequest& request) {
  auto made = IssueCertificate(authority, request);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? *std::move(made) : CertificateAndKey();
}

struct Trial {
  int purpose = X509_PURPOSE_SSL_CLIENT;
  UnixTime at = kMade;
};

// What OpenSSL says of `leaf`, strictly by RFC 5280, to somebody who trusts `authority`.
std::string Verdict(const CertificateAndKey& authority, const CertificateAndKey& leaf,
                    const Trial& trial) {
  const X509Ptr root = CertificateOf(authority.certificate_pem);
  const X509Ptr certificate = CertificateOf(leaf.certificate_pem);
  const std::unique_ptr<X509_STORE, OpenSslFree<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, OpenSslFree<X509_STORE_CTX_free>> context(
      X509_STORE_CTX_new());
  X509_STORE_add_cert(store.get(), root.get());
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_VERIFY_PARAM* const checks = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(checks, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
  X509_VERIFY_PARAM_set_purpose(checks, trial.purpose);
  X509_VERIFY_PARAM_set_time(checks, std::chrono::system_clock::to_time_t(
                                         std::chrono::floor<std::chrono::seconds>(trial.at)));
  X509_verify_cert(context.get());
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

TEST(AuthorityTest, AuthorityMayIssueCertificatesAndNothingElse) {
  const CertificateAndKey authority = AuthorityFor();
  const X509Ptr made = CertificateOf(authority.certificate_pem);
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(X509_check_ca(made.get()), 1);
  EXPECT_EQ(X509_get_pathlen(made.get()), 0);
  EXPECT_EQ(X509_get_key_usage(made.get()), uint32_t{KU_KEY_CERT_SIGN | KU_CRL_SIGN});
  EXPECT_EQ(X509_get_signature_nid(made.get()), NID_ecdsa_with_SHA256);
  char curve[32] = "";
  size_t size = 0;
  EXPECT_EQ(EVP_PKEY_get_group_name(X509_get0_pubkey(made.get()), curve, sizeof curve, &size), 1);
  EXPECT_STREQ(curve, "prime256v1");
  const auto facts = ReadCertificateFacts(authority.certificate_pem);
  ASSERT_TRUE(facts.ok());
  EXPECT_THAT(facts->common_name, ::testing::MatchesRegex("specctl authority [0-9a-f]{8}"));
  EXPECT_EQ(facts->not_after, kMade + hours(24 * 3650));
}

TEST(AuthorityTest, NoTwoHaveTheSameSerialNameOrKey) {
  const CertificateAndKey one = AuthorityFor(), other = AuthorityFor();
  const X509Ptr a = CertificateOf(one.certificate_pem), b = CertificateOf(other.certificate_pem);
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(a.get()), X509_get0_serialNumber(b.get())), 0);
  EXPECT_NE(X509_NAME_cmp(X509_get_subject_name(a.get()), X509_get_subject_name(b.get())), 0);
  EXPECT_NE(one.key_pem, other.key_pem);
}

TEST(AuthorityTest, EachRolesCertificateIsGoodForItsSideOfAConnection) {
  const CertificateAndKey authority = AuthorityFor();
  for (const PeerRole role : kPeerRoles) {
    const CertificateAndKey leaf = Issued(authority, RequestOf(role));
    const auto facts = ReadCertificateFacts(leaf.certificate_pem);
    ASSERT_TRUE(facts.ok());
    EXPECT_EQ(RoleOfCommonName(facts->common_name), role);
    const bool serves = role == PeerRole::kController;
    const int right = serves ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
    const int wrong = serves ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER;
    EXPECT_EQ(Verdict(authority, leaf, {.purpose = right}), "ok") << NameOf(role);
    EXPECT_THAT(Verdict(authority, leaf, {.purpose = wrong}), HasSubstr("purpose")) << NameOf(role);
    EXPECT_EQ(X509_check_ca(CertificateOf(leaf.certificate_pem).get()), 0);
  }
}

TEST(AuthorityTest, CertificatesHoldFromAnHourBeforeUntilTheyExpire) {
  const CertificateAndKey authority = AuthorityFor();
  const CertificateAndKey leaf = Issued(authority, RequestOf(PeerRole::kAgent));
  EXPECT_EQ(Verdict(authority, leaf, {.at = kMade - hours(1)}), "ok");
  EXPECT_THAT(Verdict(authority, leaf, {.at = kMade - hours(2)}), HasSubstr("not yet valid"));
  EXPECT_EQ(Verdict(authority, leaf, {.at = kMade + hours(24 * 364)}), "ok");
  EXPECT_THAT(Verdict(authority, leaf, {.at = kMade + hours(24 * 366)}), HasSubstr("expired"));
}

TEST(AuthorityTest, AnotherAuthoritysCertificateIsNotTrusted) {
  const CertificateAndKey leaf = Issued(AuthorityFor(), RequestOf(PeerRole::kAgent));
  EXPECT_THAT(Verdict(AuthorityFor(), leaf, {}), HasSubstr("unable to get local issuer"));
}

TEST(AuthorityTest, ControllerHasItsNamesAndThoseOfLoopback) {
  const CertificateAndKey leaf = Issued(
      AuthorityFor(), RequestOf(PeerRole::kController, {"load-1", "*.load.llm.svc", "10.0.0.7",
                                                        "localhost", "fd00::7", "load-1"}));
  const auto facts = ReadCertificateFacts(leaf.certificate_pem);
  ASSERT_TRUE(facts.ok());
  EXPECT_THAT(facts->names, ElementsAre("load-1", "*.load.llm.svc", "10.0.0.7", "localhost",
                                        "fd00::7", "127.0.0.1", "::1"));
  const X509Ptr certificate = CertificateOf(leaf.certificate_pem);
  EXPECT_EQ(X509_check_host(certificate.get(), "load-1", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "a.load.llm.svc", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "load-2", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "fd00::7", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "10.0.0.8", 0), 0);
  const auto agent =
      ReadCertificateFacts(Issued(AuthorityFor(), RequestOf(PeerRole::kAgent)).certificate_pem);
  EXPECT_TRUE(agent.ok() && agent->names.empty());
}

TEST(AuthorityTest, NamesThatAreNoneAreRefused) {
  const CertificateAndKey authority = AuthorityFor();
  for (const char* name : {"", "a b", "a,IP:10.0.0.1", "email:copy", "http://load-1", "load-1:7070",
                           "-a", "a..b", "a.", "*", "*.", "a.*.b", "1.2.3.4/8", "[::1]", "a\nb"}) {
    const auto made = IssueCertificate(authority, RequestOf(PeerRole::kController, {name}));
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(made.status().message()),
                HasSubstr("--name: need a DNS name or an IP address, got '"));
  }
  for (const auto& name : {std::string(64, 'a'), std::string(127, 'a') + ".b"}) {
    EXPECT_FALSE(IssueCertificate(authority, RequestOf(PeerRole::kController, {name})).ok());
  }
  const std::vector<std::string> many(101, "load-1");
  EXPECT_EQ(IssueCertificate(authority, RequestOf(PeerRole::kController, many)).status(),
            absl::InvalidArgumentError("--name: need at most 100, got 101"));
  EXPECT_EQ(IssueCertificate(authority, RequestOf(PeerRole::kAgent, {"a"})).status(),
            absl::InvalidArgumentError(
                "--name: only a controller is dialled by name, got 'a' for role agent"));
}

TEST(AuthorityTest, NoCertificateOutlivesItsAuthority) {
  const CertificateAndKey authority = AuthorityFor(hours(48));
  const auto facts =
      ReadCertificateFacts(Issued(authority, RequestOf(PeerRole::kAgent)).certificate_pem);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->not_after, kMade + hours(48));
  CertificateRequest late = RequestOf(PeerRole::kAgent);
  late.validity.now = kMade + hours(24 * 5);
  EXPECT_EQ(IssueCertificate(authority, late).status(),
            absl::FailedPreconditionError("authority: it expired 3 days ago"));
}

TEST(AuthorityTest, LifetimesHaveBounds) {
  for (const hours lifetime : {hours(0), hours(-1), hours(24 * 36526)}) {
    EXPECT_EQ(MakeAuthority({.now = kMade, .lifetime = lifetime}).status().code(),
              absl::StatusCode::kInvalidArgument);
    CertificateRequest request = RequestOf(PeerRole::kAgent);
    request.validity.lifetime = lifetime;
    EXPECT_EQ(IssueCertificate(AuthorityFor(), request).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(AuthorityTest, WhatIsNoAuthorityIssuesNothing) {
  const CertificateAndKey authority = AuthorityFor();
  const CertificateAndKey leaf = Issued(authority, RequestOf(PeerRole::kAgent));
  const auto error = [](const CertificateAndKey& by) {
    const auto made = IssueCertificate(by, RequestOf(PeerRole::kClient));
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(made.status().message());
  };
  EXPECT_THAT(error({}), HasSubstr("authority: need a certificate as PEM, got none"));
  EXPECT_THAT(error({authority.certificate_pem, ""}), HasSubstr("need an unencrypted private key"));
  EXPECT_EQ(error({authority.certificate_pem, AuthorityFor().key_pem}),
            "authority: the key is not that of its certificate");
  EXPECT_EQ(error(leaf), "authority: its certificate is not that of an authority");
}

}  // namespace
}  // namespace specctl
