#include "tools/sim/sglang_request_log.h"

#include <absl/strings/str_format.h>

#include <ctime>
#include <fstream>
#include <utility>

namespace specctl::sim {
namespace {

// Python puts a blank after each comma and colon.
std::string WithBlanks(std::string_view json) {
  std::string out;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    out += json[i];
    if (json[i] == '\\' && in_text) {
      out += json[++i];
    } else if (json[i] == '"') {
      in_text = !in_text;
    } else if (!in_text && (json[i] == ',' || json[i] == ':')) {
      out += ' ';
    }
  }
  return out;
}

// The request as the server took it, itself JSON.
std::string Parameters(const SglangMetaInfo& meta) {
  JsonWriter json;
  json.BeginObject();
  json.Field("rid", meta.identity.response_id);
  json.Key("sampling_params");
  json.BeginObject();
  json.Field("max_new_tokens", meta.request.max_tokens);
  json.Field("min_new_tokens", meta.request.min_tokens);
  json.Field("ignore_eos", meta.request.ignore_eos);
  json.EndObject();
  json.Field("stream", meta.request.stream);
  json.EndObject();
  return WithBlanks(json.text());
}

}  // namespace

std::string SglangRequestLogName(UnixTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return absl::StrFormat("sglang-request-metrics-%04d%02d%02d_%02d.log", utc.tm_year + 1900,
                         utc.tm_mon + 1, utc.tm_mday, utc.tm_hour);
}

std::string SglangRequestLine(const SglangMetaInfo& meta) {
  JsonWriter json;
  json.BeginObject();
  json.Field("request_parameters", Parameters(meta));
  WriteMetaInfo(meta, json);
  json.EndObject();
  return WithBlanks(json.text());
}

void SglangRequestLog::Add(const ReplyState& state, const InferenceRequest& request,
                           const ReplyIdentity& identity) const {
  std::ofstream file(folder_ + "/" + SglangRequestLogName(state.now), std::ios::app);
  // In one piece: replicas share the file.
  const std::string line =
      SglangRequestLine({state, request, identity, names_, draft_length_}) + "\n";
  file.write(line.data(), static_cast<std::streamsize>(line.size()));
}

bool LoggedReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  if (state.finished()) log_.Add(state, request_, identity_);
  return writer_->WriteEvents(state, pieces);
}

std::string LoggedReply::WholeBody(const ReplyState& state) const {
  log_.Add(state, request_, identity_);
  return writer_->WholeBody(state);
}

}  // namespace specctl::sim
