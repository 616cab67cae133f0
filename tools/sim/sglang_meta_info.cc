#include "tools/sim/sglang_meta_info.h"

#include "tools/sim/python_float.h"
#include "tools/sim/sglang_spec.h"
#include "tools/sim/token_model.h"

namespace specctl::sim {
namespace {

double UnixSeconds(UnixTime time) { return Seconds(time.time_since_epoch()); }

void Float(std::string_view name, double value, JsonWriter& writer) {
  writer.Key(name);
  writer.RawValue(PythonFloat(value));
}

void Null(std::string_view name, JsonWriter& writer) {
  writer.Key(name);
  writer.Null();
}

void WriteFinishReason(const SglangMetaInfo& meta, JsonWriter& writer) {
  const ReplyState& state = meta.state;
  if (!state.finished()) return Null("finish_reason", writer);
  writer.Key("finish_reason");
  writer.BeginObject();
  writer.Field("type", FinishText(state.step.finish));
  if (EndsSequence(state.step.finish)) {
    writer.Field("matched", kEosTokenId);
  } else if (state.step.finish == Finish::kStopString) {
    writer.Field("matched", meta.request.stop);
  } else {
    writer.Field("length", state.tokens());
  }
  writer.EndObject();
}

void WriteEnd(const SglangMetaInfo& meta, JsonWriter& writer) {
  const ReplyState& state = meta.state;
  const double seconds = Seconds(state.now - state.begun);
  Float("e2e_latency", seconds, writer);
  const SglangSpecCounts counts = SpecCountsOf(state, meta.draft_length);
  if (counts.verify_calls > 0) WriteSpecMembers(counts, meta.names, false, writer);
  Float("request_received_ts", UnixSeconds(state.begun), writer);
  Float("first_token_latency", Seconds(state.first_token - state.begun), writer);
  Float("api_server_dispatch_finish_ts", UnixSeconds(state.begun), writer);
  Float("response_sent_to_client_ts", UnixSeconds(state.first_token), writer);
  Float("request_finished_ts", UnixSeconds(state.now), writer);
  Float("decode_throughput", seconds > 0 ? static_cast<double>(state.tokens()) / seconds : 0,
        writer);
}

}  // namespace

void WriteMetaInfo(const SglangMetaInfo& meta, JsonWriter& writer) {
  const ReplyState& state = meta.state;
  writer.Field("id", meta.identity.response_id);
  WriteFinishReason(meta, writer);
  writer.Field("prompt_tokens", meta.request.prompt_tokens);
  writer.Field("weight_version", "default");
  writer.Field("num_retractions", 0);
  Float("storage_prefetch_wait", 0, writer);
  Float("storage_staging_wait", 0, writer);
  Float("forward_entry_time", UnixSeconds(state.begun), writer);
  Float("prefill_finished_time", UnixSeconds(state.first_token), writer);
  Float("queue_time", 0, writer);
  writer.Field("reasoning_tokens", 0);
  writer.Field("completion_tokens", state.tokens());
  writer.Field("cached_tokens", state.cached_tokens);
  if (state.finished()) {
    writer.Key("weight_versions");
    writer.BeginArray();
    writer.BeginObject();
    writer.Field("version", "default");
    writer.Field("start", 0);
    writer.Field("end", state.tokens());
    writer.EndObject();
    writer.EndArray();
  }
  Null("cached_tokens_details", writer);
  Null("dp_rank", writer);
  if (state.finished()) return WriteEnd(meta, writer);
  if (state.events_sent == 0) {
    Float("response_sent_to_client_ts", UnixSeconds(state.first_token), writer);
  }
}

}  // namespace specctl::sim
