#include "common/security/certificate_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/security/authority.h"

namespace specctl {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr UnixTime kNow(std::chrono::seconds(1'795'000'000));  // 2026-11-18

TEST(CertificateFactsTest, TimeLeftIsToldInTheUnitThatFits) {
  EXPECT_EQ(ExpiryText(kNow + hours(24) * 365, kNow), "expires in 365 days");
  EXPECT_EQ(ExpiryText(kNow + hours(24) * 365 - minutes(1), kNow), "expires in 365 days");
  EXPECT_EQ(ExpiryText(kNow + hours(48), kNow), "expires in 2 days");
  EXPECT_EQ(ExpiryText(kNow + hours(47), kNow), "expires in 47 hours");
  EXPECT_EQ(ExpiryText(kNow + minutes(119), kNow), "expires in 119 minutes");
  EXPECT_EQ(ExpiryText(kNow + minutes(1), kNow), "expires in 1 minute");
  EXPECT_EQ(ExpiryText(kNow, kNow), "expired 0 minutes ago");
  EXPECT_EQ(ExpiryText(kNow - hours(24) * 3, kNow), "expired 3 days ago");
}

TEST(CertificateFactsTest, DatesAreThoseOfUtc) {
  EXPECT_EQ(DateText(kNow), "2026-11-18");
  EXPECT_EQ(DateText(UnixTime()), "1970-01-01");
}

TEST(CertificateFactsTest, FactsAreThoseOfTheFirstCertificate) {
  const auto authority = MakeAuthority({.now = kNow, .lifetime = hours(24)});
  ASSERT_TRUE(authority.ok()) << authority.status();
  const auto leaf = IssueCertificate(*authority, {.role = PeerRole::kController,
                                                  .names = {"load-1", "10.0.0.7", "fd00::7"},
                                                  .validity = {.now = kNow, .lifetime = hours(2)}});
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  const auto facts =
      ReadCertificateFacts("a comment\n" + leaf->certificate_pem + authority->certificate_pem);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->common_name, "specctl-controller");
  EXPECT_THAT(facts->names, ::testing::ElementsAre("load-1", "10.0.0.7", "fd00::7", "localhost",
                                                   "127.0.0.1", "::1"));
  EXPECT_EQ(facts->not_before, kNow - kBackdated);
  EXPECT_EQ(facts->not_after, kNow + hours(2));
}

TEST(CertificateFactsTest, TextWithoutACertificateIsRefused) {
  for (const char* text : {"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
    const auto facts = ReadCertificateFacts(text);
    EXPECT_EQ(facts.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(facts.status().message()),
                ::testing::HasSubstr("need a certificate as PEM, got none: "));
  }
}

}  // namespace
}  // namespace specctl
