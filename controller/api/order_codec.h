// A MeasureRequest as Protocol Buffers: what may be kept in a file, and apart from it what may not.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "controller/measure/measure_request.h"
#include "specctl/v1/control.pb.h"

namespace specctl::controller {

// What is in no file, wherever it is.
struct OrderSecrets {
  Secrets secrets;
  std::vector<std::pair<std::string, std::string>> metrics_headers;

  bool empty() const;
};

v1::OrderSecrets EncodeOrderSecrets(const OrderSecrets& secrets);
OrderSecrets DecodeOrderSecrets(const v1::OrderSecrets& secrets);

OrderSecrets SecretsOf(const MeasureRequest& request);
void PutSecrets(OrderSecrets secrets, MeasureRequest& request);

// All that is asked for but the prompts, and without its secrets.
v1::RunOrder EncodeAsked(const MeasureRequest& request);
// INVALID_ARGUMENT  there are no agents or slots in it
// DATA_LOSS         an enumeration value that this version doesn't know
absl::StatusOr<MeasureRequest> DecodeAsked(const v1::RunOrder& order);

// The same with the prompts.
v1::RunOrder EncodeOrder(const MeasureRequest& request);
// Errors as DecodeAsked(), DecodeUploaded().
absl::StatusOr<MeasureRequest> DecodeOrder(v1::RunOrder order);

// The same of an order as it is sent and kept: serialized, gzip.
// INVALID_ARGUMENT  also where it is none, or unpacks to more than kOrderBytesMax
absl::StatusOr<MeasureRequest> UnpackOrder(std::string_view order_gzip);
// The message that was sent so.  INVALID_ARGUMENT as there.
absl::Status UnpackMessage(std::string_view order_gzip, google::protobuf::Message& order);

}  // namespace specctl::controller
