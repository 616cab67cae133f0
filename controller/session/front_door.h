// FrontDoor: accepts the connections of the controller's gRPC server, and sees which come to
// nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <absl/status/statusor.h>
#include <grpcpp/server_builder.h>

#include "common/base/clock.h"

namespace specctl::controller {

// gRPC tells nobody of a connection that ends before its first call: one whose TLS handshake fails,
// a port scan, a health check that only connects.  So the connections are accepted here, on a
// thread of its own, and handed to gRPC; of each, a second descriptor stays here until its first
// call (OnCall), and shows when it ends.  Thread-safe.
class FrontDoor {
 public:
  // gRPC's side of it.
  using Server = grpc::experimental::ExternalConnectionAcceptor;
  // A connection of `peer`, as gRPC names it ("ipv4:10.0.0.7:41235"), has ended without a call,
  // since `ended`.  On the door's thread.
  using OnUncalled = std::function<void(const std::string& peer, MonoTime ended)>;

  // A call's handler may tell of its call this long after the connection's end.
  static constexpr Nanos kCallPatience = std::chrono::seconds(1);

  // Listens at HOST:PORT (":7070", "[::1]:0"; port 0: the kernel's choice), at all addresses of the
  // host; 0.0.0.0, [::] and no host are all addresses of this host.  Nothing is accepted before
  // Open().
  // UNAVAILABLE where it can't listen at any of them; names them.
  static absl::StatusOr<std::unique_ptr<FrontDoor>> Listen(const std::string& listen,
                                                           OnUncalled on_uncalled);
  ~FrontDoor();

  uint16_t port() const;
  // Once, after the server has begun.
  void Open(std::unique_ptr<Server> server);
  // A call of that peer is being answered.
  void OnCall(const std::string& peer);
  // Accepts no more, and says no more; before the server ends.
  void Close();

 private:
  class Loop;
  explicit FrontDoor(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace specctl::controller
