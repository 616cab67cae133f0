// CallWatch: tells of the calls that a gRPC server answers, and how it does.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <grpcpp/support/server_interceptor.h>

namespace specctl::controller {

// Of calls that have a handler and that no rule refused.
class CallWatch final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // Is being answered; `peer`: whose call it is.  On gRPC's threads.
  using OnCall = std::function<void(const std::string& peer)>;
  // With what it ends.
  using OnEnd = std::function<void(const std::string& peer, const absl::Status& status)>;

  // Not of the methods of the service `but_of` ("specctl.v1.AgentSession"), which tell by
  // themselves: an interceptor is asked about each message, too.
  CallWatch(std::string_view but_of, OnCall on_call, OnEnd on_end);

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  const std::string but_of_;
  const OnCall on_call_;
  const OnEnd on_end_;
};

}  // namespace specctl::controller
