#include "tools/sim/sglang_generate.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "tools/sim/http_reply.h"
#include "tools/sim/sglang_meta_info.h"

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
  for (const char* name : {"temperature", "ignore_eos", "n", "stop"}) {
    CopyMember(params, name, name, completion);
  }
  return completion;
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

void SglangGenerateReply::WriteEmpty(const ReplyState& state, std::string& out) {
  ReplyState sent = state;
  // The end is not told twice, nor anything that is not sent yet.
  sent.step.finish = Finish::kNo;
  sent.ids.resize(state.ids_sent);
  sent.text.all.resize(state.text.sent);
  AppendHttpChunk("data: " + Body(sent, !incremental_) + "\n\n", out);
}

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
  writer.Field("text", whole ? std::string_view(state.text.all) : state.text.unsent());
  if (whole) {
    writer.ArrayField("output_ids", state.ids);
  } else {
    writer.ArrayField("output_ids", state.unsent_ids());
  }
  writer.Key("meta_info");
  writer.BeginObject();
  WriteMetaInfo({state, request_, identity_, names_, draft_length_}, writer);
  writer.EndObject();
  writer.EndObject();
  return std::move(writer).Take();
}

}  // namespace specctl::sim
