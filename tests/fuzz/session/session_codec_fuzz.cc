// What an agent sends: refused, or decoded to values; the bytes that a batch goes into the journal
// with are an event with that batch.
#include <cstdint>
#include <cstdlib>
#include <variant>

#include "common/journal/event_codec.h"
#include "controller/session/session_codec.h"
#include "tests/fuzz/journal/event_round_trip.h"
#include "tests/fuzz/quiet_protobuf.h"

namespace {

void CheckBatch(const specctl::controller::ReceivedBatch& received) {
  specctl::v1::Event event;
  if (!event.ParseFromString(received.encoded_event)) std::abort();
  const auto decoded = specctl::FromProto(event);
  if (!decoded.ok()) std::abort();
  const auto* batch = std::get_if<specctl::AgentBatch>(&*decoded);
  if (batch == nullptr) std::abort();
  const std::string expected = specctl::ToProto(received.batch).SerializeAsString();
  if (specctl::ToProto(*batch).SerializeAsString() != expected) std::abort();
  specctl::RequireRoundTrip(*decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace specctl;
  const int length = static_cast<int>(size);
  v1::AgentMessage message;
  if (message.ParseFromArray(data, length)) {
    if (message.has_hello()) {
      const auto checked =
          controller::CheckHello(message.hello(), {.specctl_version = "0", .join_token = "token"});
      if (checked.ok() && message.hello().join_token() != "token") std::abort();
    }
    const bool known = message.message_case() != v1::AgentMessage::MESSAGE_NOT_SET;
    const auto input = controller::DecodeAgentMessage(message);
    // Of a known kind, only a batch is refused: for a value that it has.
    if (input.ok() && !known) std::abort();
    if (!input.ok() && known && !absl::IsDataLoss(input.status())) std::abort();
    if (input.ok()) {
      const auto* batch = std::get_if<controller::ReceivedBatch>(&*input);
      if (batch != nullptr) CheckBatch(*batch);
    }
  }
  v1::ClockExchange exchange;
  if (exchange.ParseFromArray(data, length)) {
    RequireRoundTrip(controller::DecodeExchange(/*agent=*/1, exchange));
  }
  return 0;
}
