#include "common/security/refusal_reasons.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using std::chrono::milliseconds;

MonoTime At(int64_t ms) { return MonoTime(milliseconds(100'000 + ms)); }

TEST(RefusalReasonsTest, EachConnectionThatEndsGetsItsHandshakesReason) {
  RefusalReasons reasons;
  reasons.OnHandshake("long ago", At(-5000));
  reasons.OnHandshake("a", At(-3));
  reasons.OnHandshake("b", At(-2));
  reasons.OnHandshake("later", At(1));
  EXPECT_EQ(reasons.TakeFor(At(-1)), "TLS handshake: a");
  EXPECT_EQ(reasons.TakeFor(At(0)), "TLS handshake: b");
  EXPECT_EQ(reasons.TakeFor(At(0)), "");
  EXPECT_EQ(reasons.TakeFor(At(1)), "TLS handshake: later");
}

TEST(RefusalReasonsTest, AClientMayHangUpAWhileAfterItsRefusal) {
  RefusalReasons reasons;
  reasons.OnCall("a", At(-900));
  reasons.OnCall("b", At(-800));
  EXPECT_EQ(reasons.TakeFor(At(-850)), "a");
  EXPECT_EQ(reasons.TakeFor(At(0)), "b");
  EXPECT_EQ(reasons.TakeFor(At(0)), "");
  // Of all of its calls.
  for (int i = 0; i < 3; ++i) reasons.OnCall("c", At(100));
  EXPECT_EQ(reasons.TakeFor(At(200)), "c");
  EXPECT_EQ(reasons.TakeFor(At(200)), "");
  reasons.OnCall("d", At(300));
  EXPECT_EQ(reasons.TakeFor(At(2400)), "");
}

TEST(RefusalReasonsTest, OnlySoManyAreKept) {
  RefusalReasons reasons;
  reasons.OnHandshake("first", At(0));
  reasons.OnCall("first", At(0));
  for (size_t i = 0; i < RefusalReasons::kReasonsMax; ++i) {
    reasons.OnHandshake("more", At(0));
    reasons.OnCall("more", At(1));
  }
  EXPECT_EQ(reasons.TakeFor(At(0)), "TLS handshake: more");
  for (size_t i = 1; i < RefusalReasons::kReasonsMax; ++i) reasons.TakeFor(At(0));
  EXPECT_EQ(reasons.TakeFor(At(0)), "");
}

TEST(RefusalReasonsTest, AHandshakesReasonIsInOpenSslsWords) {
  EXPECT_EQ(HandshakeReason("Handshake failed with fatal error SSL_ERROR_SSL: error:0A0000C7:SSL "
                            "routines::peer did not return a certificate."),
            "peer did not return a certificate");
  EXPECT_EQ(HandshakeReason("Handshake failed with fatal error SSL_ERROR_SYSCALL"),
            "SSL_ERROR_SYSCALL");
  EXPECT_EQ(HandshakeReason("Invalid cert chain file."), "");
}

}  // namespace
}  // namespace specctl
