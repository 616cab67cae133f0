#include "controller/session/slice_parts.h"

#include <cassert>

#include "common/journal/event_codec.h"

namespace specctl::controller {
namespace {

v1::SliceConversation EncodeConversation(uint64_t order_index, const WorkloadItem& conversation) {
  v1::SliceConversation out;
  out.set_order_index(order_index);
  for (const std::vector<Message>& turn : conversation.turns) {
    v1::Turn* encoded = out.add_turns();
    for (const Message& message : turn) {
      v1::Message* to = encoded->add_messages();
      to->set_role(message.role);
      to->set_content(message.content);
      to->set_raw_json(message.raw_json);
    }
  }
  if (conversation.max_tokens) out.set_max_tokens(*conversation.max_tokens);
  out.set_extra_json(conversation.extra_json);
  out.set_line(conversation.line);
  out.set_question_id(conversation.question_id);
  out.set_model(conversation.model);
  return out;
}

}  // namespace

v1::Prepare SliceParts::Next() {
  assert(!done_);
  v1::Prepare part;
  if (!head_sent_) FillHead(part);
  head_sent_ = true;
  size_t bytes = 0;
  while (next_ < job_.order_indices.size()) {
    const uint64_t index = job_.order_indices[next_];
    v1::SliceConversation conversation = EncodeConversation(index, job_.workload->items.at(index));
    const size_t size = conversation.ByteSizeLong();
    if (bytes > 0 && bytes + size > part_bytes_max_) break;
    bytes += size;
    *part.add_conversations() = std::move(conversation);
    ++next_;
  }
  done_ = next_ == job_.order_indices.size();
  part.set_last(done_);
  return part;
}

void SliceParts::FillHead(v1::Prepare& part) const {
  *part.mutable_spec() = ToProto(*job_.spec);
  part.set_run_tag(job_.spec->run_id);
  for (const auto& [name, value] : job_.secrets->headers) {
    v1::Pair* pair = part.add_headers();
    pair->set_name(name);
    pair->set_value(value);
  }
  for (const TargetJob& target : *job_.targets) {
    v1::TargetJob* to = part.add_targets();
    to->set_url(target.url);
    to->set_engine(target.engine);
    to->set_continuous_usage(target.continuous_usage);
    to->set_return_token_ids(target.return_token_ids);
    to->set_ignore_usage_on_chunks(target.ignore_usage_on_chunks);
    to->set_no_stream_options(!target.stream_options);
    to->set_model(target.model);
    to->set_authorization(target.authorization);
  }
  part.set_agent(job_.agent);
  part.set_agents(job_.agents);
  part.set_rows(job_.workload->items.size());
  part.set_slots(job_.slots);
  if (job_.workload->limits.positions_end)
    part.set_positions_end(*job_.workload->limits.positions_end);
  if (job_.workload->limits.last_position_turns) {
    part.set_last_position_turns(*job_.workload->limits.last_position_turns);
  }
}

}  // namespace specctl::controller
