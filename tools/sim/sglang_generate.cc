#include "tools/sim/sglang_generate.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "tools/sim/http_reply.h"
#include "tools/sim/python_float.h"
#include "tools/sim/sglang_spec.h"
#include "tools/sim/token_model.h"

namespace specctl::sim {
namespace {

namespace json = boost::json;

constexpr int64_t kNewTokensDefault = 128;

void CopyMember(const json::object& from, std::string_view name, std::string_view as,
                json::object& to) {
  if (const json::value* found = from.if_contains(name)) to[as] = *found;
}

// The same in the words of a completion request.
json::object AsCompletion(const json::object& body) {
  json::object completion;
  CopyMember(body, "text", "prompt", completion);
  CopyMember(body, "input_ids", "prompt", completion);
  for (const char* name : {"stream", "rid"}) CopyMember(body, name, name, completion);
  completion["max_tokens"] = kNewTokensDefault;
  const json::value* sampling = body.if_contains("sampling_params");
  if (sampling == nullptr || !sampling->is_object()) return completion;
  const json::object& params = sampling->as_object();
  CopyMember(params, "max_new_tokens", "max_tokens", completion);
  CopyMember(params, "min_new_tokens", "min_tokens", completion);
  CopyMember(params, "sampling_seed", "seed", completion);
  for (const char* name : {"temperature", "ignore_eos", "n"}) {
    CopyMember(params, name, name, completion);
  }
  return completion;
}

double UnixSeconds(UnixTime time) { return Seconds(time.time_since_epoch()); }

void Float(std::string_view name, double value, JsonWriter& writer) {
  writer.Key(name);
  writer.RawValue(PythonFloat(value));
}

void Null(std::string_view name, JsonWriter& writer) {
  writer.Key(name);
  writer.Null();
}

void WriteFinishReason(const ReplyState& state, JsonWriter& writer) {
  if (!state.finished()) return Null("finish_reason", writer);
  writer.Key("finish_reason");
  writer.BeginObject();
  writer.Field("type", FinishText(state.step.finish));
  if (state.step.finish == Finish::kStop) {
    writer.Field("matched", kEosTokenId);
  } else {
    writer.Field("length", state.tokens());
  }
  writer.EndObject();
}

}  // namespace

std::variant<InferenceRequest, ApiError> ReadGenerateRequest(const HttpRequest& request,
                                                             const RequestRules& rules) {
  boost::system::error_code failed;
  const json::value body = json::parse(request.body, failed);
  if (failed || !body.is_object()) return rules.words->NotJson(0);
  const std::string completion = json::serialize(AsCompletion(body.as_object()));
  auto read = ReadInferenceRequest({.route = Route::kNative,
                                    .content_type = request.content_type,
                                    .json = completion,
                                    .category = request.category},
                                   rules);
  const ApiError* error = std::get_if<ApiError>(&read);
  const json::value* stream = body.as_object().if_contains("stream");
  if (error == nullptr || stream == nullptr || *stream != json::value(true)) return read;
  InferenceRequest refused;
  refused.route = Route::kNative;
  refused.stream = true;
  refused.model = rules.model;
  refused.refused_by_engine = *error;
  refused.refused_by_engine->type = "invalid_request_error";
  return refused;
}

SglangGenerateReply::SglangGenerateReply(const InferenceRequest& request,
                                         const ReplyIdentity& identity,
                                         const FlavourOptions& options, uint32_t draft_length)
    : request_(request),
      identity_(identity),
      incremental_(options.sglang_incremental),
      names_(options.sglang_names),
      draft_length_(draft_length) {}

bool SglangGenerateReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  ReplyPiece& event = pieces.emplace_back();
  event.tokens = static_cast<uint32_t>(state.unsent_ids().size());
  AppendHttpChunk("data: " + Body(state, !incremental_) + "\n\n", event.bytes);
  if (!state.finished()) return true;
  std::string& end = pieces.emplace_back().bytes;
  AppendHttpChunk("data: [DONE]\n\n", end);
  AppendHttpChunk("", end);
  return true;
}

std::string SglangGenerateReply::WholeBody(const ReplyState& state) const {
  return Body(state, true);
}

std::string SglangGenerateReply::Body(const ReplyState& state, bool whole) const {
  JsonWriter writer;
  writer.BeginObject();
  writer.Field("text", whole ? std::string_view(state.text) : state.unsent_text());
  if (whole) {
    writer.ArrayField("output_ids", state.ids);
  } else {
    writer.ArrayField("output_ids", state.unsent_ids());
  }
  writer.Key("meta_info");
  writer.BeginObject();
  WriteMetaInfo(state, writer);
  writer.EndObject();
  writer.EndObject();
  return std::move(writer).Take();
}

void SglangGenerateReply::WriteMetaInfo(const ReplyState& state, JsonWriter& writer) const {
  writer.Field("id", identity_.response_id);
  WriteFinishReason(state, writer);
  writer.Field("prompt_tokens", request_.prompt_tokens);
  writer.Field("weight_version", "default");
  writer.Field("num_retractions", 0);
  Float("storage_prefetch_wait", 0, writer);
  Float("storage_staging_wait", 0, writer);
  Float("forward_entry_time", UnixSeconds(state.begun), writer);
  Float("prefill_finished_time", UnixSeconds(state.first_token), writer);
  Float("queue_time", 0, writer);
  writer.Field("reasoning_tokens", 0);
  writer.Field("completion_tokens", state.tokens());
  writer.Field("cached_tokens", 0);
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
  if (state.finished()) return WriteEnd(state, writer);
  if (state.events_sent == 0) {
    Float("response_sent_to_client_ts", UnixSeconds(state.first_token), writer);
  }
}

void SglangGenerateReply::WriteEnd(const ReplyState& state, JsonWriter& writer) const {
  const double seconds = Seconds(state.now - state.begun);
  Float("e2e_latency", seconds, writer);
  const SglangSpecCounts counts = SpecCountsOf(state, draft_length_);
  if (counts.verify_calls > 0) WriteSpecMembers(counts, names_, false, writer);
  Float("request_received_ts", UnixSeconds(state.begun), writer);
  Float("first_token_latency", Seconds(state.first_token - state.begun), writer);
  Float("api_server_dispatch_finish_ts", UnixSeconds(state.begun), writer);
  Float("response_sent_to_client_ts", UnixSeconds(state.first_token), writer);
  Float("request_finished_ts", UnixSeconds(state.now), writer);
  Float("decode_throughput", seconds > 0 ? static_cast<double>(state.tokens()) / seconds : 0,
        writer);
}

}  // namespace specctl::sim
