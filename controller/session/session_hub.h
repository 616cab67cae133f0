// The controller's gRPC server: agents' sessions in, messages to agents out, clock probes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/security/server_credentials.h>

#include "controller/session/session_input.h"

namespace specctl::controller {

// Knows sessions, not agents: who an agent is, and what it must be told, is the fleet's business.
//
// Bounded: a session is read one message at a time, the next one only after Consumed(); what an
// agent doesn't read is bounded as session_reactor.h says; at most `sessions_max` sessions.
// Thread-safe.
class SessionHub {
 public:
  struct Options {
    std::string listen = "127.0.0.1:0";  // host:port; port 0: the kernel's choice
    std::string specctl_version;
    std::string join_token;  // empty: anyone who reaches the port may join
    // Insecure on loopback is one value of it.
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    // Others that answer at the same address; they outlive the hub.
    std::vector<grpc::Service*> services;
    // Log the connections that end without a call: whose TLS handshake failed, scans, and the like.
    bool logs_uncalled = false;
    size_t sessions_max = 1024;  // more are refused with RESOURCE_EXHAUSTED
  };
  // Called on gRPC's threads; must not block, nor call the hub.
  struct Sinks {
    std::function<void(SessionInput)> session;
    std::function<void(ClockTold)> clock;
  };

  // UNAVAILABLE where it can't listen at `options.listen`.
  static absl::StatusOr<std::unique_ptr<SessionHub>> Start(Options options, Sinks sinks);
  // Ends all sessions.
  ~SessionHub();

  // What agents dial, e.g. "127.0.0.1:41623".
  const std::string& address() const { return address_; }

  // The session's last message has been taken; the next one may be read.
  void Consumed(SessionId session);
  // Queues a message.  A session that is gone is passed over: its cut is reported by the sink.
  void Send(SessionId session, SessionOutput output);
  // Ends a session with `status` once what is queued for it has been written.
  void Close(SessionId session, const absl::Status& status);

  // Waits until every session has ended or `patience` is over, then ends what is left.  Further
  // sessions are refused.
  void Shutdown(Nanos patience);

 private:
  class Server;
  SessionHub(std::unique_ptr<Server> server, std::string address);

  std::unique_ptr<Server> server_;
  std::string address_;
};

}  // namespace specctl::controller
