// What an agent sends: refused, or a value that encodes to what it was decoded from; a batch goes
// into the journal by the bytes that came, as an event with that batch.
#include <cstdint>
#include <cstdlib>
#include <variant>

#include "common/journal/event_codec.h"
#include "common/session/agent_messages.h"
#include "specctl/v1/session.pb.h"
#include "tests/fuzz/journal/event_round_trip.h"
#include "tests/fuzz/quiet_protobuf.h"

namespace {

void CheckBatch(std::string bytes) {
  const auto received = specctl::DecodeBatch(std::move(bytes));
  if (!received.ok()) {
    if (!absl::IsDataLoss(received.status())) std::abort();
    return;
  }
  specctl::v1::Event event;
  if (!event.ParseFromString(specctl::EventOfBatch(received->bytes))) std::abort();
  const auto decoded = specctl::EventFromProto(event);
  if (!decoded.ok()) std::abort();
  const auto* batch = std::get_if<specctl::AgentBatch>(&*decoded);
  if (batch == nullptr) std::abort();
  if (specctl::EncodeBatch(*batch) != specctl::EncodeBatch(received->batch)) std::abort();
  specctl::RequireRoundTrip(*decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace specctl;
  v1::AgentMessage message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  const bool known = message.message_case() != v1::AgentMessage::MESSAGE_NOT_SET;
  auto decoded = DecodeAgentMessage(message);
  if (decoded.ok() && !known) std::abort();
  if (!decoded.ok()) {
    if (known && !absl::IsDataLoss(decoded.status())) std::abort();
    return 0;
  }
  const std::string encoded = EncodeAgentMessage(*decoded).SerializeAsString();
  v1::AgentMessage again;
  if (!again.ParseFromString(encoded)) std::abort();
  if (EncodeAgentMessage(*DecodeAgentMessage(again)).SerializeAsString() != encoded) std::abort();
  if (const auto* hello = std::get_if<AgentHello>(&*decoded)) {
    const auto checked = CheckHello(*hello, {.specctl_version = "0", .join_token = "token"});
    if (checked.ok() && hello->join_token != "token") std::abort();
  }
  if (auto* batch = std::get_if<SentBatch>(&*decoded)) CheckBatch(std::move(batch->bytes));
  return 0;
}
