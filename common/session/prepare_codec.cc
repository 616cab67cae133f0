#include "common/session/prepare_codec.h"

#include <utility>

#include "common/journal/event_codec.h"
#include "common/session/turn_codec.h"
#include "specctl/v1/session.pb.h"

namespace specctl {
namespace {

v1::SliceConversation EncodeConversation(const Slice::Entry& entry) {
  v1::SliceConversation out;
  out.set_order_index(entry.order_index);
  EncodeTurns(entry.item.turns, *out.mutable_turns());
  if (entry.item.max_tokens) out.set_max_tokens(*entry.item.max_tokens);
  out.set_extra_json(entry.item.extra_json);
  out.set_line(entry.item.line);
  out.set_question_id(entry.item.question_id);
  out.set_model(entry.item.model);
  return out;
}

Slice::Entry DecodeConversation(v1::SliceConversation& from) {
  Slice::Entry entry;
  entry.order_index = from.order_index();
  entry.item.turns = DecodeTurns(*from.mutable_turns());
  if (from.has_max_tokens()) entry.item.max_tokens = from.max_tokens();
  entry.item.extra_json = std::move(*from.mutable_extra_json());
  entry.item.line = from.line();
  entry.item.question_id = std::move(*from.mutable_question_id());
  entry.item.model = std::move(*from.mutable_model());
  return entry;
}

v1::TargetJob EncodeTarget(const TargetJob& target) {
  v1::TargetJob out;
  out.set_url(target.url);
  out.set_dialect(target.dialect);
  out.set_model(target.model);
  // Credentials travel in the job alone, never in a spec: specs are journaled.
  out.set_authorization(target.authorization);
  return out;
}

TargetJob DecodeTarget(const v1::TargetJob& target) {
  return {.url = target.url(),
          .dialect = target.dialect(),
          .model = target.model(),
          .authorization = target.authorization()};
}

v1::PrepareHead EncodeHead(const LoadJob& job) {
  v1::PrepareHead out;
  *out.mutable_spec() = SpecToProto(job.spec);
  out.set_ca_pem(job.spec.tls.ca_pem);  // no part of a spec that is stored
  for (const auto& [name, value] : job.headers) {
    v1::Pair* pair = out.add_headers();
    pair->set_name(name);
    pair->set_value(value);
  }
  for (const TargetJob& target : job.targets) *out.add_targets() = EncodeTarget(target);
  out.set_agent(job.slice.agent);
  out.set_agents(job.slice.agents);
  out.set_rows(job.slice.rows);
  out.set_slots(job.slice.slots);
  const WorkloadLimits& limits = job.slice.limits;
  if (limits.positions_end) out.set_positions_end(*limits.positions_end);
  if (limits.last_position_turns) out.set_last_position_turns(*limits.last_position_turns);
  return out;
}

LoadJob DecodeHead(const v1::PrepareHead& from) {
  LoadJob job;
  job.spec = SpecFromProto(from.spec());
  job.spec.tls.ca_pem = from.ca_pem();
  for (const v1::Pair& header : from.headers()) {
    job.headers.emplace_back(header.name(), header.value());
  }
  for (const v1::TargetJob& target : from.targets()) job.targets.push_back(DecodeTarget(target));
  Slice& slice = job.slice;
  slice.agent = from.agent();
  slice.agents = from.agents();
  slice.rows = from.rows();
  slice.slots = from.slots();
  if (from.has_positions_end()) slice.limits.positions_end = from.positions_end();
  if (from.has_last_position_turns()) {
    slice.limits.last_position_turns = from.last_position_turns();
  }
  return job;
}

}  // namespace

v1::Prepare EncodePrepare(const PreparePart& part) {
  v1::Prepare out;
  out.set_run_id(part.run_id);
  if (part.head) *out.mutable_head() = EncodeHead(*part.head);
  for (const Slice::Entry& entry : part.entries)
    *out.add_conversations() = EncodeConversation(entry);
  out.set_last(part.last);
  return out;
}

PreparePart DecodePrepare(v1::Prepare part) {
  PreparePart out;
  out.run_id = part.run_id();
  if (part.has_head()) out.head = DecodeHead(part.head());
  for (v1::SliceConversation& conversation : *part.mutable_conversations()) {
    out.entries.push_back(DecodeConversation(conversation));
  }
  out.last = part.last();
  return out;
}

}  // namespace specctl
