#include "controller/session/call_watch.h"

#include <utility>

#include <absl/strings/str_format.h>
#include <grpcpp/server_context.h>

#include "common/session/grpc_status.h"

namespace specctl::controller {
namespace {

class CallTeller final : public grpc::experimental::Interceptor {
 public:
  CallTeller(grpc::experimental::ServerRpcInfo& call, const CallWatch::OnCall& on_call,
             const CallWatch::OnEnd& on_end)
      : call_(call), on_call_(on_call), on_end_(on_end) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    // Of one whose message was too large gRPC comes to its begin, and not to this.
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      on_call_(call_.server_context()->peer());
    }
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_STATUS)) {
      on_end_(call_.server_context()->peer(), FromGrpc(methods->GetSendStatus()));
    }
    methods->Proceed();
  }

 private:
  grpc::experimental::ServerRpcInfo& call_;
  const CallWatch::OnCall& on_call_;
  const CallWatch::OnEnd& on_end_;
};

}  // namespace

CallWatch::CallWatch(std::string_view but_of, OnCall on_call, OnEnd on_end)
    : but_of_(absl::StrFormat("/%s/", but_of)),
      on_call_(std::move(on_call)),
      on_end_(std::move(on_end)) {}

grpc::experimental::Interceptor* CallWatch::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  if (std::string_view(call->method()).starts_with(but_of_)) return nullptr;
  return new CallTeller(*call, on_call_, on_end_);  // the call's
}

}  // namespace specctl::controller
