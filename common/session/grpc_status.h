// absl::Status over gRPC: the codes are the same numbers.
#pragma once

#include <string>

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

namespace specctl {

inline grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

inline absl::Status FromGrpc(const grpc::Status& status) {
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

}  // namespace specctl
