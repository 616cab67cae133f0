#include "common/journal/event_codec.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/journal/enum_check.h"
#include "common/journal/enum_codec.h"

namespace specctl {

v1::HostFacts HostFactsToProto(const HostFacts& in) {
  v1::HostFacts out;
  out.set_hostname(in.hostname);
  out.set_boot_id(in.boot_id);
  out.set_kernel(in.kernel);
  out.set_cpu_model(in.cpu_model);
  out.set_cores(in.cores);
  out.set_memory_bytes(in.memory_bytes);
  out.set_pid(in.pid);
  out.set_files_max(in.files_max);
  out.set_pod(in.pod);
  out.set_node(in.node);
  return out;
}

HostFacts HostFactsFromProto(const v1::HostFacts& in) {
  HostFacts out;
  out.hostname = in.hostname();
  out.boot_id = in.boot_id();
  out.kernel = in.kernel();
  out.cpu_model = in.cpu_model();
  out.cores = in.cores();
  out.memory_bytes = in.memory_bytes();
  out.pid = in.pid();
  out.files_max = in.files_max();
  out.pod = in.pod();
  out.node = in.node();
  return out;
}

std::string_view ModelOf(const RunSpec& spec, const PlannedRow* row, uint32_t target) {
  if (row != nullptr && !row->model.empty()) return row->model;
  const bool has_own = target < spec.targets.size() && !spec.targets[target].model.empty();
  return has_own ? spec.targets[target].model : spec.request.model;
}

namespace {

void WriteRunBegun(const RunBegun& in, v1::RunBegun* out) {
  *out->mutable_spec() = SpecToProto(in.spec);
  out->set_unix_ns(in.unix_ns);
  if (in.planned_requests) out->set_planned_requests(*in.planned_requests);
  for (const std::string& note : in.notes) out->add_notes(note);
}

RunBegun ReadRunBegun(const v1::RunBegun& in) {
  RunBegun out;
  out.spec = SpecFromProto(in.spec());
  out.unix_ns = in.unix_ns();
  if (in.has_planned_requests()) out.planned_requests = in.planned_requests();
  out.notes.assign(in.notes().begin(), in.notes().end());
  return out;
}

void WritePlannedRow(const PlannedRow& in, v1::PlannedRow* out) {
  out->set_order_index(in.order_index);
  out->set_question_id(in.question_id);
  out->set_category(in.category);
  out->set_sub_category(in.sub_category);
  out->set_difficulty(in.difficulty);
  out->set_tier(in.tier);
  out->set_turns(in.turns);
  out->set_has_stop(in.has_stop);
  out->set_ignores_eos(in.ignores_eos);
  out->set_model(in.model);
}

PlannedRow ReadPlannedRow(const v1::PlannedRow& in) {
  PlannedRow out;
  out.order_index = in.order_index();
  out.question_id = in.question_id();
  out.category = in.category();
  out.sub_category = in.sub_category();
  out.difficulty = in.difficulty();
  out.tier = in.tier();
  out.turns = in.turns();
  out.has_stop = in.has_stop();
  out.ignores_eos = in.ignores_eos();
  out.model = in.model();
  return out;
}

void WriteTargetProbed(const TargetProbed& in, v1::TargetProbed* out) {
  out->set_target(in.target);
  out->set_url(in.url);
  out->set_engine(in.engine);
  out->set_engine_version(in.identity.version);
  out->set_model(in.model);
  if (in.max_model_len_tokens) out->set_max_model_len_tokens(*in.max_model_len_tokens);
  out->set_token_source(static_cast<v1::TokenSource>(in.token_source));
  out->set_metrics_url(in.metrics_url);
  out->set_metrics_note(in.metrics_note);
  out->set_dialect(in.dialect);
  out->set_usage_fault(static_cast<v1::TokenFault>(in.usage_fault));
  out->set_speculation_method(in.identity.speculation_method);
  // Stored the other way round: journals from before the field have servers that take it.
  out->set_no_stream_options(!in.stream_options);
  for (const std::string& model : in.served_models) out->add_served_models(model);
  if (in.identity.draft_length) out->set_draft_length(*in.identity.draft_length);
  out->set_drafter(in.identity.drafter);
  out->set_quantization(in.identity.quantization);
  out->set_parallelism(in.identity.parallelism);
  if (in.identity.stream_interval) out->set_stream_interval(*in.identity.stream_interval);
  out->set_per_request_statistics(in.per_request_statistics);
}

TargetProbed ReadTargetProbed(const v1::TargetProbed& in) {
  TargetProbed out;
  out.target = in.target();
  out.url = in.url();
  out.engine = in.engine();
  out.identity.version = in.engine_version();
  out.model = in.model();
  if (in.has_max_model_len_tokens()) out.max_model_len_tokens = in.max_model_len_tokens();
  out.token_source = static_cast<TokenSource>(in.token_source());
  out.metrics_url = in.metrics_url();
  out.metrics_note = in.metrics_note();
  out.dialect = in.dialect();
  out.usage_fault = static_cast<TokenFault>(in.usage_fault());
  out.identity.speculation_method = in.speculation_method();
  out.stream_options = !in.no_stream_options();
  out.served_models.assign(in.served_models().begin(), in.served_models().end());
  if (in.has_draft_length()) out.identity.draft_length = in.draft_length();
  out.identity.drafter = in.drafter();
  out.identity.quantization = in.quantization();
  out.identity.parallelism = in.parallelism();
  if (in.has_stream_interval()) out.identity.stream_interval = in.stream_interval();
  out.per_request_statistics = in.per_request_statistics();
  return out;
}

void WriteAgentJoined(const AgentJoined& in, v1::AgentJoined* out) {
  out->set_agent(in.agent);
  out->set_incarnation(in.incarnation);
  *out->mutable_host() = HostFactsToProto(in.host);
  out->set_slots(in.slots);
  out->set_resume_secret_sha256(in.resume_secret_sha256);
}

AgentJoined ReadAgentJoined(const v1::AgentJoined& in) {
  AgentJoined out;
  out.agent = in.agent();
  out.incarnation = in.incarnation();
  out.host = HostFactsFromProto(in.host());
  out.slots = in.slots();
  out.resume_secret_sha256 = in.resume_secret_sha256();
  return out;
}

void WriteClockProbed(const ClockProbed& in, v1::ClockProbed* out) {
  out->set_agent(in.agent);
  out->set_controller_send_mono_ns(in.controller_send_mono_ns);
  out->set_agent_receive_mono_ns(in.agent_receive_mono_ns);
  out->set_agent_send_mono_ns(in.agent_send_mono_ns);
  out->set_controller_receive_mono_ns(in.controller_receive_mono_ns);
}

ClockProbed ReadClockProbed(const v1::ClockProbed& in) {
  ClockProbed out;
  out.agent = in.agent();
  out.controller_send_mono_ns = in.controller_send_mono_ns();
  out.agent_receive_mono_ns = in.agent_receive_mono_ns();
  out.agent_send_mono_ns = in.agent_send_mono_ns();
  out.controller_receive_mono_ns = in.controller_receive_mono_ns();
  return out;
}

void WriteArmed(const Armed& in, v1::Armed* out) {
  out->set_t0_mono_ns(in.t0_mono_ns);
  out->set_t0_unix_ns(in.t0_unix_ns);
  out->set_boot_id(in.boot_id);
}

Armed ReadArmed(const v1::Armed& in) {
  Armed out;
  out.t0_mono_ns = in.t0_mono_ns();
  out.t0_unix_ns = in.t0_unix_ns();
  out.boot_id = in.boot_id();
  return out;
}

void WriteStageChanged(const StageChanged& in, v1::StageChanged* out) {
  out->set_stage(EnumToProto<v1::RunStage>(in.stage));
  out->set_at_mono_ns(in.at_mono_ns);
  out->set_reason(in.reason);
}

StageChanged ReadStageChanged(const v1::StageChanged& in) {
  StageChanged out;
  out.stage = EnumFromProto<RunStage>(in.stage());
  out.at_mono_ns = in.at_mono_ns();
  out.reason = in.reason();
  return out;
}

void WriteAgentEnded(const AgentEnded& in, v1::AgentEnded* out) {
  out->set_agent(in.agent);
  out->set_lost(in.lost);
  out->set_reason(in.reason);
  out->set_at_mono_ns(in.at_mono_ns);
}

AgentEnded ReadAgentEnded(const v1::AgentEnded& in) {
  AgentEnded out;
  out.agent = in.agent();
  out.lost = in.lost();
  out.reason = in.reason();
  out.at_mono_ns = in.at_mono_ns();
  return out;
}

void WriteMetricSeries(const MetricSeries& in, v1::MetricSeries* out) {
  out->set_series(in.series);
  out->set_name(in.name);
  for (const auto& [name, value] : in.labels) {
    v1::Pair* label = out->add_labels();
    label->set_name(name);
    label->set_value(value);
  }
}

MetricSeries ReadMetricSeries(const v1::MetricSeries& in) {
  MetricSeries out;
  out.series = in.series();
  out.name = in.name();
  for (const auto& label : in.labels()) out.labels.emplace_back(label.name(), label.value());
  return out;
}

void WriteScraped(const Scraped& in, v1::Scraped* out) {
  out->set_target(in.target);
  out->set_url(in.url);
  out->set_kind(EnumToProto<v1::ScrapeKind>(in.kind));
  out->set_begin_mono_ns(in.begin_mono_ns);
  out->set_end_mono_ns(in.end_mono_ns);
  out->set_error(in.error);
  for (const auto& item : in.new_series) WriteMetricSeries(item, out->add_new_series());
  for (const auto& [series, value] : in.samples) {
    // Two packed lists take less than a message for each sample.
    out->add_sample_series(series);
    out->add_sample_values(value);
  }
  out->set_text_gzip(in.text_gzip);
  out->set_peer(in.peer);
  if (in.replica) out->set_replica(*in.replica);
  out->set_gone(in.gone);
}

Scraped ReadScraped(const v1::Scraped& in) {
  Scraped out;
  out.target = in.target();
  out.url = in.url();
  out.kind = EnumFromProto<ScrapeKind>(in.kind());
  out.begin_mono_ns = in.begin_mono_ns();
  out.end_mono_ns = in.end_mono_ns();
  out.error = in.error();
  out.new_series.reserve(static_cast<size_t>(in.new_series_size()));
  for (const auto& item : in.new_series()) out.new_series.push_back(ReadMetricSeries(item));
  // Of equal length, unless the bytes are damaged.
  const int samples = std::min(in.sample_series_size(), in.sample_values_size());
  for (int i = 0; i < samples; ++i) {
    out.samples.emplace_back(in.sample_series(i), in.sample_values(i));
  }
  out.text_gzip = in.text_gzip();
  out.peer = in.peer();
  if (in.has_replica()) out.replica = in.replica();
  out.gone = in.gone();
  return out;
}

void WriteRunEnded(const RunEnded& in, v1::RunEnded* out) {
  out->set_end(EnumToProto<v1::RunEnd>(in.end));
  out->set_reason(in.reason);
  out->set_at_mono_ns(in.at_mono_ns);
}

RunEnded ReadRunEnded(const v1::RunEnded& in) {
  RunEnded out;
  out.end = EnumFromProto<RunEnd>(in.end());
  out.reason = in.reason();
  out.at_mono_ns = in.at_mono_ns();
  return out;
}

void WriteControllerBegan(const ControllerBegan& in, v1::ControllerBegan* out) {
  out->set_boot_id(in.boot_id);
  out->set_mono_ns(in.mono_ns);
  out->set_unix_ns(in.unix_ns);
}

ControllerBegan ReadControllerBegan(const v1::ControllerBegan& in) {
  return {.boot_id = in.boot_id(), .mono_ns = in.mono_ns(), .unix_ns = in.unix_ns()};
}

void WriteDrainBegun(const DrainBegun& in, v1::DrainBegun* out) {
  out->set_reason(EnumToProto<v1::DrainReason>(in.reason));
  out->set_until_mono_ns(in.until_mono_ns);
}

DrainBegun ReadDrainBegun(const v1::DrainBegun& in) {
  DrainBegun out;
  out.reason = EnumFromProto<DrainReason>(in.reason());
  out.until_mono_ns = in.until_mono_ns();
  return out;
}

struct EventWriter {
  v1::Event* out;

  void operator()(const RunBegun& in) const { WriteRunBegun(in, out->mutable_run_begun()); }
  void operator()(const PlannedRow& in) const { WritePlannedRow(in, out->mutable_planned_row()); }
  void operator()(const TargetProbed& in) const {
    WriteTargetProbed(in, out->mutable_target_probed());
  }
  void operator()(const AgentJoined& in) const {
    WriteAgentJoined(in, out->mutable_agent_joined());
  }
  void operator()(const ClockProbed& in) const {
    WriteClockProbed(in, out->mutable_clock_probed());
  }
  void operator()(const Armed& in) const { WriteArmed(in, out->mutable_armed()); }
  void operator()(const StageChanged& in) const {
    WriteStageChanged(in, out->mutable_stage_changed());
  }
  void operator()(const AgentEnded& in) const { WriteAgentEnded(in, out->mutable_agent_ended()); }
  void operator()(const Scraped& in) const { WriteScraped(in, out->mutable_scraped()); }
  void operator()(const RunEnded& in) const { WriteRunEnded(in, out->mutable_run_ended()); }
  void operator()(const DrainBegun& in) const { WriteDrainBegun(in, out->mutable_drain_begun()); }
  void operator()(const ControllerBegan& in) const {
    WriteControllerBegan(in, out->mutable_controller_began());
  }
  void operator()(const StatisticsRead& in) const {
    WriteStatisticsRead(in, out->mutable_statistics_read());
  }
  void operator()(const AgentBatch& in) const { *out->mutable_agent_batch() = BatchToProto(in); }
};

}  // namespace

v1::Event EventToProto(const Event& event) {
  v1::Event out;
  std::visit(EventWriter{&out}, event);
  return out;
}

absl::StatusOr<Event> EventFromProto(const v1::Event& event) {
  // Before anything is read: a number that is not known must not become an enumerator.
  if (absl::Status known = CheckEnums(event); !known.ok()) return known;
  switch (event.event_case()) {
    case v1::Event::kRunBegun:
      return Event(ReadRunBegun(event.run_begun()));
    case v1::Event::kPlannedRow:
      return Event(ReadPlannedRow(event.planned_row()));
    case v1::Event::kTargetProbed:
      return Event(ReadTargetProbed(event.target_probed()));
    case v1::Event::kAgentJoined:
      return Event(ReadAgentJoined(event.agent_joined()));
    case v1::Event::kClockProbed:
      return Event(ReadClockProbed(event.clock_probed()));
    case v1::Event::kArmed:
      return Event(ReadArmed(event.armed()));
    case v1::Event::kStageChanged:
      return Event(ReadStageChanged(event.stage_changed()));
    case v1::Event::kAgentEnded:
      return Event(ReadAgentEnded(event.agent_ended()));
    case v1::Event::kAgentBatch:
      return Event(BatchFromProto(event.agent_batch()));
    case v1::Event::kScraped:
      return Event(ReadScraped(event.scraped()));
    case v1::Event::kRunEnded:
      return Event(ReadRunEnded(event.run_ended()));
    case v1::Event::kDrainBegun:
      return Event(ReadDrainBegun(event.drain_begun()));
    case v1::Event::kControllerBegan:
      return Event(ReadControllerBegan(event.controller_began()));
    case v1::Event::kStatisticsRead:
      return Event(ReadStatisticsRead(event.statistics_read()));
    case v1::Event::EVENT_NOT_SET:
      break;
  }
  return absl::DataLossError(
      "an event of a kind that this version does not know; a newer specctl wrote it");
}

}  // namespace specctl
