#include "common/journal/batch_codec.h"

#include <utility>

#include <absl/strings/str_format.h>

#include "common/journal/enum_check.h"
#include "common/journal/enum_codec.h"
#include "common/journal/statistics_codec.h"
#include "specctl/v1/journal.pb.h"

namespace specctl {
namespace {

void WriteRequestBegun(const RequestBegun& in, v1::RequestBegun* out) {
  out->set_ordinal(in.ordinal);
  out->set_position(in.position);
  out->set_turn(in.turn);
  out->set_slot(in.slot);
  out->set_target(in.target);
  out->set_due_mono_ns(in.due_mono_ns);
  out->set_begin_mono_ns(in.begin_mono_ns);
}

RequestBegun ReadRequestBegun(const v1::RequestBegun& in) {
  RequestBegun out;
  out.ordinal = in.ordinal();
  out.position = in.position();
  out.turn = in.turn();
  out.slot = in.slot();
  out.target = in.target();
  out.due_mono_ns = in.due_mono_ns();
  out.begin_mono_ns = in.begin_mono_ns();
  return out;
}

void WriteRequestFinished(const RequestFinished& in, v1::RequestFinished* out) {
  out->set_ordinal(in.ordinal);
  out->set_outcome(EnumToProto<v1::Outcome>(in.outcome));
  out->set_failure(static_cast<v1::FailureKind>(in.failure));
  out->set_error(in.error);
  // 0 and "" mean absent: no response has such a status or reason, so nothing is lost.
  out->set_http_status(in.http_status.value_or(0));
  out->set_finish_reason(in.finish_reason.value_or(""));
  out->set_response_id(in.response_id.value_or(""));
  // Optional on the wire: 0 is a time or a number like any other.
  if (in.start_mono_ns) out->set_start_mono_ns(*in.start_mono_ns);
  if (in.sent_mono_ns) out->set_sent_mono_ns(*in.sent_mono_ns);
  if (in.connect_ns) out->set_connect_ns(*in.connect_ns);
  if (in.round_trip_ns) out->set_round_trip_ns(*in.round_trip_ns);
  out->set_end_mono_ns(in.end_mono_ns);
  out->set_resends(in.resends);
  out->set_connection_closed_by_server(in.connection_closed_by_server);
  out->set_left_open(in.left_open);
  out->set_passed_over(in.passed_over);
  out->set_passed_over_first(in.passed_over_first);
  out->set_token_source(static_cast<v1::TokenSource>(in.token_source));
  out->set_token_fault(static_cast<v1::TokenFault>(in.token_fault));
  if (in.max_tokens) out->set_max_tokens(*in.max_tokens);
  if (in.input_tokens) out->set_input_tokens(*in.input_tokens);
  if (in.output_tokens) out->set_output_tokens(*in.output_tokens);
  if (in.cached_tokens) out->set_cached_tokens(*in.cached_tokens);
  if (in.reasoning_tokens) out->set_reasoning_tokens(*in.reasoning_tokens);
  out->set_chunks(in.chunks);
  out->set_bytes(in.bytes);
  out->set_output_hash(in.output_hash.value_or(0));
  out->set_output_text(in.output_text);
  if (in.speculation) WriteSpeculationStats(*in.speculation, out->mutable_speculation());
  if (in.timings) WriteTimingsStats(*in.timings, out->mutable_timings());
  if (in.tokens_per_iteration) out->set_tokens_per_iteration(*in.tokens_per_iteration);
  out->set_header_value(in.header_value);
  out->set_address(in.address);
}

RequestFinished ReadRequestFinished(const v1::RequestFinished& in) {
  RequestFinished out;
  out.ordinal = in.ordinal();
  out.outcome = EnumFromProto<Outcome>(in.outcome());
  out.failure = static_cast<FailureKind>(in.failure());
  out.error = in.error();
  if (in.http_status() != 0) out.http_status = in.http_status();
  if (!in.finish_reason().empty()) out.finish_reason = in.finish_reason();
  if (!in.response_id().empty()) out.response_id = in.response_id();
  if (in.has_start_mono_ns()) out.start_mono_ns = in.start_mono_ns();
  if (in.has_sent_mono_ns()) out.sent_mono_ns = in.sent_mono_ns();
  if (in.has_connect_ns()) out.connect_ns = in.connect_ns();
  if (in.has_round_trip_ns()) out.round_trip_ns = in.round_trip_ns();
  out.end_mono_ns = in.end_mono_ns();
  out.resends = in.resends();
  out.connection_closed_by_server = in.connection_closed_by_server();
  out.left_open = in.left_open();
  out.passed_over = in.passed_over();
  out.passed_over_first = in.passed_over_first();
  out.token_source = static_cast<TokenSource>(in.token_source());
  out.token_fault = static_cast<TokenFault>(in.token_fault());
  if (in.has_max_tokens()) out.max_tokens = in.max_tokens();
  if (in.has_input_tokens()) out.input_tokens = in.input_tokens();
  if (in.has_output_tokens()) out.output_tokens = in.output_tokens();
  if (in.has_cached_tokens()) out.cached_tokens = in.cached_tokens();
  if (in.has_reasoning_tokens()) out.reasoning_tokens = in.reasoning_tokens();
  out.chunks = in.chunks();
  out.bytes = in.bytes();
  if (in.output_hash() != 0) out.output_hash = in.output_hash();
  out.output_text = in.output_text();
  if (in.has_speculation()) out.speculation = ReadSpeculationStats(in.speculation());
  if (in.has_timings()) out.timings = ReadTimingsStats(in.timings());
  if (in.has_tokens_per_iteration()) out.tokens_per_iteration = in.tokens_per_iteration();
  out.header_value = in.header_value();
  out.address = in.address();
  return out;
}

void WriteAgentHealth(const AgentHealth& in, v1::AgentHealth* out) {
  out->set_from_mono_ns(in.from_mono_ns);
  out->set_at_mono_ns(in.at_mono_ns);
  out->set_in_flight(in.in_flight);
  out->set_chunks(in.chunks);
  out->set_reads(in.reads);
  out->set_coalesced_reads(in.coalesced_reads);
  out->set_unstamped_reads(in.unstamped_reads);
  out->set_burst_chunks(in.burst_chunks);
  out->set_wall_clock_steps(in.wall_clock_steps);
  out->set_receive_lag(in.receive_lag);
  out->set_send_lag(in.send_lag);
  out->set_loop_lag(in.loop_lag);
  out->set_arrival_bound(in.arrival_bound);
  out->set_cpu_user_ns(in.cpu_user_ns);
  out->set_cpu_system_ns(in.cpu_system_ns);
  out->set_cpu_throttled_ns(in.cpu_throttled_ns);
  out->set_cpu_stolen_ns(in.cpu_stolen_ns);
  out->set_spool_bytes(in.spool_bytes);
  out->set_rss_bytes(in.rss_bytes);
  out->set_unacknowledged_ns(in.unacknowledged_ns);
}

AgentHealth ReadAgentHealth(const v1::AgentHealth& in) {
  AgentHealth out;
  out.from_mono_ns = in.from_mono_ns();
  out.at_mono_ns = in.at_mono_ns();
  out.in_flight = in.in_flight();
  out.chunks = in.chunks();
  out.reads = in.reads();
  out.coalesced_reads = in.coalesced_reads();
  out.unstamped_reads = in.unstamped_reads();
  out.burst_chunks = in.burst_chunks();
  out.wall_clock_steps = in.wall_clock_steps();
  out.receive_lag = in.receive_lag();
  out.send_lag = in.send_lag();
  out.loop_lag = in.loop_lag();
  out.arrival_bound = in.arrival_bound();
  out.cpu_user_ns = in.cpu_user_ns();
  out.cpu_system_ns = in.cpu_system_ns();
  out.cpu_throttled_ns = in.cpu_throttled_ns();
  out.cpu_stolen_ns = in.cpu_stolen_ns();
  out.spool_bytes = in.spool_bytes();
  out.rss_bytes = in.rss_bytes();
  out.unacknowledged_ns = in.unacknowledged_ns();
  return out;
}

void WriteShedArrival(const ShedArrival& in, v1::ShedArrival* out) {
  out->set_position(in.position);
  out->set_turns(in.turns);
  out->set_due_mono_ns(in.due_mono_ns);
}

ShedArrival ReadShedArrival(const v1::ShedArrival& in) {
  ShedArrival out;
  out.position = in.position();
  out.turns = in.turns();
  out.due_mono_ns = in.due_mono_ns();
  return out;
}

void WriteUnassigned(const Unassigned& in, v1::Unassigned* out) {
  out->set_reason(EnumToProto<v1::UnassignedReason>(in.reason));
  out->set_requests(in.requests);
}

Unassigned ReadUnassigned(const v1::Unassigned& in) {
  Unassigned out;
  out.reason = EnumFromProto<UnassignedReason>(in.reason());
  out.requests = in.requests();
  return out;
}

void WriteNullServer(const NullServerReport& in, v1::NullServerReport* out) {
  out->set_chunks(in.chunks);
  out->set_lateness_p99_ns(in.lateness_p99_ns);
  out->set_blocked(in.blocked);
}

NullServerReport ReadNullServer(const v1::NullServerReport& in) {
  return {.chunks = in.chunks(), .lateness_p99_ns = in.lateness_p99_ns(), .blocked = in.blocked()};
}

}  // namespace

v1::AgentBatch BatchToProto(const AgentBatch& in) {
  v1::AgentBatch out;
  out.set_agent(in.agent);
  out.set_incarnation(in.incarnation);
  out.set_seq(in.seq);
  out.set_from_mono_ns(in.from_mono_ns);
  out.set_to_mono_ns(in.to_mono_ns);
  out.set_real_minus_mono_ns(in.real_minus_mono_ns);
  for (const auto& item : in.begun) WriteRequestBegun(item, out.add_begun());
  for (const auto& item : in.shed) WriteShedArrival(item, out.add_shed());
  out.set_chunks(in.chunks);
  for (const auto& item : in.finished) WriteRequestFinished(item, out.add_finished());
  if (in.health) WriteAgentHealth(*in.health, out.mutable_health());
  if (in.slots_filled_mono_ns) out.set_slots_filled_mono_ns(*in.slots_filled_mono_ns);
  if (in.first_idle_mono_ns) out.set_first_idle_mono_ns(*in.first_idle_mono_ns);
  for (const auto& item : in.unassigned) WriteUnassigned(item, out.add_unassigned());
  if (in.null_server) WriteNullServer(*in.null_server, out.mutable_null_server());
  out.set_chunks_dropped(in.chunks_dropped);
  if (in.run_hash) out.set_run_hash(*in.run_hash);
  return out;
}

AgentBatch BatchFromProto(const v1::AgentBatch& in) {
  AgentBatch out;
  out.agent = in.agent();
  out.incarnation = in.incarnation();
  out.seq = in.seq();
  out.from_mono_ns = in.from_mono_ns();
  out.to_mono_ns = in.to_mono_ns();
  out.real_minus_mono_ns = in.real_minus_mono_ns();
  out.begun.reserve(static_cast<size_t>(in.begun_size()));
  for (const auto& item : in.begun()) out.begun.push_back(ReadRequestBegun(item));
  out.shed.reserve(static_cast<size_t>(in.shed_size()));
  for (const auto& item : in.shed()) out.shed.push_back(ReadShedArrival(item));
  // They stay encoded: they are most of a batch, and not every reader wants them.
  out.chunks = in.chunks();
  out.finished.reserve(static_cast<size_t>(in.finished_size()));
  for (const auto& item : in.finished()) out.finished.push_back(ReadRequestFinished(item));
  if (in.has_health()) out.health = ReadAgentHealth(in.health());
  if (in.has_slots_filled_mono_ns()) out.slots_filled_mono_ns = in.slots_filled_mono_ns();
  if (in.has_first_idle_mono_ns()) out.first_idle_mono_ns = in.first_idle_mono_ns();
  out.unassigned.reserve(static_cast<size_t>(in.unassigned_size()));
  for (const auto& item : in.unassigned()) out.unassigned.push_back(ReadUnassigned(item));
  if (in.has_null_server()) out.null_server = ReadNullServer(in.null_server());
  out.chunks_dropped = in.chunks_dropped();
  if (in.has_run_hash()) out.run_hash = in.run_hash();
  return out;
}

std::string EncodeBatch(const AgentBatch& batch) { return BatchToProto(batch).SerializeAsString(); }

absl::StatusOr<ReceivedBatch> DecodeBatch(std::string bytes) {
  v1::AgentBatch proto;
  if (!proto.ParseFromString(bytes)) {
    return absl::DataLossError("session: got a batch that can't be read");
  }
  // Before it is acknowledged: the journal must hold nothing that a reader would refuse.
  if (const absl::Status known = CheckEnums(proto); !known.ok()) {
    return absl::DataLossError(absl::StrFormat("session: batch %d of agent %d: %s", proto.seq(),
                                               proto.agent(), std::string(known.message())));
  }
  // The bytes as they came: the journal gets them without a second encoding.
  return ReceivedBatch{.batch = BatchFromProto(proto), .bytes = std::move(bytes)};
}

std::string EventOfBatch(std::string_view bytes) {
  // A message in a oneof is a field like any other: its tag, its length, its bytes.
  std::string event;
  event.reserve(bytes.size() + 6);
  event += static_cast<char>(v1::Event::kAgentBatchFieldNumber << 3 | 2);
  size_t length = bytes.size();
  for (; length >= 0x80; length >>= 7) event += static_cast<char>((length & 0x7f) | 0x80);
  event += static_cast<char>(length);
  event += bytes;
  return event;
}

}  // namespace specctl
