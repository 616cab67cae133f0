// What the controller sends: refused, or a value that encodes to what it was decoded from.
#include <cstdint>
#include <cstdlib>

#include "common/session/controller_messages.h"
#include "specctl/v1/session.pb.h"
#include "tests/fuzz/quiet_protobuf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace specctl;
  v1::ControllerMessage message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  const bool known = message.message_case() != v1::ControllerMessage::MESSAGE_NOT_SET;
  const auto decoded = DecodeControllerMessage(message);
  if (decoded.ok() && !known) std::abort();
  if (!decoded.ok()) {
    if (known && !absl::IsDataLoss(decoded.status())) std::abort();
    return 0;
  }
  const std::string encoded = EncodeControllerMessage(*decoded).SerializeAsString();
  v1::ControllerMessage again;
  if (!again.ParseFromString(encoded)) std::abort();
  if (EncodeControllerMessage(*DecodeControllerMessage(again)).SerializeAsString() != encoded)
    std::abort();
  return 0;
}
