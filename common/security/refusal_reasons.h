// RefusalReasons: why connections and calls were refused, as far as gRPC tells.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace specctl {

// gRPC tells a process, by its log, why a TLS handshake failed, and not of which connection; a rule
// that refuses a call doesn't know the address either.  So reasons are kept with their times, for
// who sees connections end.  Thread-safe.
class RefusalReasons {
 public:
  // The last ones that are kept, of handshakes and of calls.
  static constexpr size_t kReasonsMax = 64;
  // A failed handshake ends its connection at once; who sees it may be late.  A client whose call
  // was refused may first tell its user.
  static constexpr Nanos kAtOnce = std::chrono::seconds(1), kHangUp = std::chrono::seconds(2);

  // gRPC's log and its call rules are of the process, and so is this.
  static RefusalReasons& OfProcess();
  // From now on gRPC's log goes nowhere but here, and of it only the reasons.
  static void TakeGrpcLog();

  void OnHandshake(std::string reason, MonoTime at);
  void OnCall(std::string reason, MonoTime at);

  // Why a connection ended then, without a call that was answered; empty: nothing was told.  To be
  // asked in the order of the ends: each handshake's reason is one connection's, the first of those
  // that are left; else the last call's that nobody got.  So of connections that end at the same
  // time, or just before one whose call was refused, one may get the other's.
  std::string TakeFor(MonoTime ended);

 private:
  struct Reason {
    MonoTime at;
    std::string text;
  };

  Mutex mu_;
  std::deque<Reason> handshakes_ ABSL_GUARDED_BY(mu_);
  std::deque<Reason> calls_ ABSL_GUARDED_BY(mu_);
};

// Why a handshake failed, if a line of gRPC's log says so, in OpenSSL's words: "peer did not return
// a certificate".  Else empty.  The line: gRPC 1.51, src/core/tsi/ssl_transport_security.cc.
std::string HandshakeReason(std::string_view log_line);

}  // namespace specctl
