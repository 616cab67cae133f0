#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/report/artifacts.h"
#include "common/report/figures_json.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

void WriteIdentity(const RequestRow& row, const PlannedRow* planned, JsonWriter& json) {
  json.Field("request_id", RequestId(row));
  json.TextField("response_id", row.finish.response_id);
  if (planned == nullptr) return;
  json.TextField("question_id", planned->question_id);
  json.TextField("category", planned->category);
  json.TextField("sub_category", planned->sub_category);
  json.TextField("tier", planned->tier);
}

void WriteTimes(const RequestRow& row, JsonWriter& json) {
  json.Field("slot_free_ns", row.slot_free_ns);
  json.Field("begin_ns", row.begin_ns);
  json.Field("start_ns", row.start_ns);
  json.Field("first_token_ns", row.first_token_ns);
  json.Field("first_answer_ns", row.first_answer_ns);
  json.Field("last_token_ns", row.last_token_ns);
  json.Field("end_ns", row.end_ns);
  if (row.finish.connect_ns) {
    json.Field("connect_ms", static_cast<double>(*row.finish.connect_ns) / 1e6);
  }
  if (row.finish.round_trip_ns) {
    json.Field("network_rtt_ms", static_cast<double>(*row.finish.round_trip_ns) / 1e6);
  }
}

void WriteTokens(const RequestRow& row, JsonWriter& json) {
  json.Field("input_tokens", row.finish.input_tokens);
  json.Field("output_tokens", row.output_tokens ? row.output_tokens : row.finish.output_tokens);
  json.Field("cached_tokens", row.finish.cached_tokens);
  json.Field("reasoning_tokens", row.finish.reasoning_tokens);
  json.Field("first_chunk_tokens", row.first_chunk_tokens);
  json.Field("token_source", TokenSourceName(row.finish.token_source));
  if (row.apart_tokens > 0) {
    json.Field("tokens_apart", row.apart_tokens);
    json.Field("token_fault", TokenFaultName(row.token_fault));
  }
  json.Field("chunks", row.finish.chunks);
  json.Field("steps", row.steps);
  json.Field("drafts", row.drafts);
  json.Field("drafted_tokens", row.drafted_tokens);
  json.Field("accepted_tokens", row.accepted_tokens);
  if (row.acceptance_source) {
    json.Field("acceptance_source", AcceptanceSourceName(*row.acceptance_source));
  }
}

void WriteOutcome(const RequestRow& row, JsonWriter& json) {
  if (row.finish.output_hash != 0) {
    json.Field("output_hash", absl::StrFormat("%016x", row.finish.output_hash));
  }
  json.TextField("finish_reason", row.finish.finish_reason);
  json.Field("outcome", OutcomeName(row.outcome));
  if (row.finish.failure != FailureKind::kNone) {
    json.Field("failure", FailureName(row.finish.failure));
  }
  if (row.finish.http_status != 0) json.Field("http_status", row.finish.http_status);
  json.TextField("error", row.finish.error);
  if (row.finish.left_open) json.Field("left_open", true);
  if (row.finish.passed_over > 0) {
    json.Field("passed_over", row.finish.passed_over);
    json.TextField("passed_over_first", row.finish.passed_over_first);
  }
}

}  // namespace

std::string RequestId(const RequestRow& row) {
  return absl::StrFormat("%d.%d", row.position, row.turn);
}

std::string RequestLine(const RequestRow& row, const PlannedRow* planned, const RunSpec& spec) {
  JsonWriter json;
  json.BeginObject();
  WriteIdentity(row, planned, json);
  json.Field("dataset", DatasetLabel(spec.dataset));
  json.Field("position", row.position);
  json.Field("turn", row.turn);
  json.Field("cycle", row.cycle);
  json.Field("stage", row.stage);
  json.Field("agent", row.agent);
  json.Field("target", TargetLabel(spec, row.target));
  json.TextField("model", ModelOf(spec, planned, row.target));
  json.Field("epoch", row.epoch);
  WriteTimes(row, json);
  json.Field("resends", row.finish.resends);
  WriteTokens(row, json);
  WriteOutcome(row, json);
  json.EndObject();
  return std::move(json).Take();
}

std::string OutputLine(const RequestRow& row, const PlannedRow* planned) {
  JsonWriter json;
  json.BeginObject();
  WriteIdentity(row, planned, json);
  json.Field("outcome", OutcomeName(row.outcome));
  json.Field("text", row.finish.output_text);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl
