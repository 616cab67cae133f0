#include "common/security/plaintext_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(PlaintextPolicyTest, LoopbackIsToldFromOtherAddresses) {
  for (const char* here :
       {"localhost", "LOCALHOST:7070", "127.0.0.1", "127.0.0.1:7070", "127.3.2.1:0", "::1",
        "[::1]:7070", "[::1]", "dns:///localhost:7070", "dns:localhost:7070", "ipv4:127.0.0.1:7070",
        "ipv6:[::1]:7070", "[::ffff:127.0.0.1]:7070"}) {
    EXPECT_TRUE(IsLoopback(here)) << here;
  }
  for (const char* elsewhere :
       {"", ":7070", "0.0.0.0:7070", "[::]:7070", "10.0.0.1:7070", "load-1:7070", "[fe80::1]:7070",
        "localhost.example.org:7070", "127.0.0.1.example.org", "127.0.0.1@load-1:7070", "128.0.0.1",
        "dns://10.0.0.1/localhost:7070", "ipv4:127.0.0.1:7070,10.0.0.1:7070", "unix:/tmp/socket",
        "[::1", "[::1].example.org:7070", "127.1"}) {
    EXPECT_FALSE(IsLoopback(elsewhere)) << elsewhere;
  }
}

TEST(PlaintextPolicyTest, PlainTextElsewhereNeedsTheFlag) {
  EXPECT_TRUE(CheckPlaintext({.address = "127.0.0.1:7070"}).ok());
  EXPECT_TRUE(CheckPlaintext({.address = "load-1:7070", .plaintext = true}).ok());
  EXPECT_TRUE(CheckPlaintext({.address = "load-1:7070", .has_tls = true}).ok());
  EXPECT_TRUE(CheckPlaintext({.address = "127.0.0.1:7070", .has_tls = true}).ok());
  const absl::Status refused = CheckPlaintext({.address = ":7070"});
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr(":7070: plain text needs --plaintext, except on loopback, where it is the "
                        "default"));
}

TEST(PlaintextPolicyTest, BothTlsAndPlainTextAreRefused) {
  const absl::Status refused =
      CheckPlaintext({.address = "127.0.0.1:7070", .has_tls = true, .plaintext = true});
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--plaintext: need either"));
}

}  // namespace
}  // namespace specctl
