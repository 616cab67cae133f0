#include "controller/session/call_watch.h"

#include <utility>

#include <absl/strings/str_format.h>
#include <grpcpp/server_context.h>

namespace specctl::controller {
namespace {

class CallTeller final : public grpc::experimental::Interceptor {
 public:
  CallTeller(grpc::experimental::ServerRpcInfo& call, const CallWatch::OnCall& on_call)
      : call_(call), on_call_(on_call) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::POST_RECV_INITIAL_METADATA)) {
      on_call_(call_.server_context()->peer());
    }
    methods->Proceed();
  }

 private:
  grpc::experimental::ServerRpcInfo& call_;
  const CallWatch::OnCall& on_call_;
};

}  // namespace

CallWatch::CallWatch(std::string_view but_of, OnCall on_call)
    : but_of_(absl::StrFormat("/%s/", but_of)), on_call_(std::move(on_call)) {}

grpc::experimental::Interceptor* CallWatch::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  if (std::string_view(call->method()).starts_with(but_of_)) return nullptr;
  return new CallTeller(*call, on_call_);  // the call's
}

}  // namespace specctl::controller
