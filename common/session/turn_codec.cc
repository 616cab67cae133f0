#include "common/session/turn_codec.h"

#include <utility>

#include "specctl/v1/session.pb.h"

namespace specctl {

void EncodeTurns(const Turns& turns, google::protobuf::RepeatedPtrField<v1::Turn>& out) {
  for (const std::vector<Message>& turn : turns) {
    v1::Turn* encoded = out.Add();
    for (const Message& message : turn) {
      v1::Message* to = encoded->add_messages();
      to->set_role(message.role);
      to->set_content(message.content);
      to->set_raw_json(message.raw_json);
      to->mutable_token_ids()->Add(message.token_ids.begin(), message.token_ids.end());
    }
  }
}

Turns DecodeTurns(google::protobuf::RepeatedPtrField<v1::Turn>& turns) {
  Turns out;
  for (v1::Turn& turn : turns) {
    auto& messages = out.emplace_back();
    for (v1::Message& message : *turn.mutable_messages()) {
      // Moved: prompts are most of the message.
      messages.push_back({std::move(*message.mutable_role()),
                          std::move(*message.mutable_content()),
                          std::move(*message.mutable_raw_json()),
                          {message.token_ids().begin(), message.token_ids().end()}});
    }
  }
  return out;
}

}  // namespace specctl
