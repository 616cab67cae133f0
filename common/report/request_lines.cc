#include <optional>
#include <string_view>

#include <absl/strings/str_format.h>

#include "common/analysis/acceptance_fold.h"
#include "common/base/json_writer.h"
#include "common/report/artifacts.h"
#include "common/report/figures_json.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

void WriteIdentity(const EndedRequest& request, const PlannedRow* planned, JsonWriter& json) {
  json.Field("request_id", RequestId(request));
  json.Field("response_id", request.finish.response_id);
  if (planned == nullptr) return;
  json.TextField("question_id", planned->question_id);
  json.TextField("category", planned->category);
  json.TextField("sub_category", planned->sub_category);
  json.TextField("difficulty", planned->difficulty);
  json.TextField("tier", planned->tier);
}

void WriteTimes(const SettledRequest& settled, JsonWriter& json) {
  const auto write_ns = [&](std::string_view key, std::optional<int64_t> time_ns) {
    json.Field(key, time_ns);
  };
  const auto write_ms = [&](std::string_view key, std::optional<int64_t> ns) {
    if (ns) json.Field(key, static_cast<double>(*ns) / 1e6);
  };
  write_ns("due_ns", settled.due_ns);
  write_ns("begin_ns", settled.begin_ns);
  write_ns("start_ns", settled.start_ns);
  write_ns("first_token_ns", settled.first_token_ns);
  write_ns("first_answer_ns", settled.first_answer_ns);
  write_ns("last_token_ns", settled.last_token_ns);
  write_ns("end_ns", settled.end_ns);
  write_ms("connect_ms", settled.connect_ns);
  write_ms("network_rtt_ms", settled.round_trip_ns);
}

void WriteTokens(const EndedRequest& request, JsonWriter& json) {
  const RequestFinished& finish = request.finish;
  const TokenCount& tokens = request.tokens;
  json.Field("input_tokens", finish.input_tokens);
  // An implausible total that chunks can't replace is shown as the server gave it.
  json.Field("output_tokens", tokens.total ? tokens.total : finish.output_tokens);
  json.Field("cached_tokens", finish.cached_tokens);
  json.Field("reasoning_tokens", finish.reasoning_tokens);
  json.Field("first_chunk_tokens", request.open.first_tokens);
  json.Field("token_source", TokenSourceName(finish.token_source));
  if (tokens.apart > 0) {
    json.Field("tokens_apart", tokens.apart);
    json.Field("token_fault", TokenFaultName(tokens.fault));
  }
  json.Field("chunks", finish.chunks);
  const std::optional<ToldSteps> told = BestSteps(request);
  if (!told) return;
  json.Field("steps", told->steps);
  json.Field("drafts", told->drafts);
  json.Field("drafted_tokens", told->drafted_tokens);
  json.Field("accepted_tokens", told->accepted_tokens);
  json.Field("acceptance_source", AcceptanceSourceName(NamedSource(told->source)));
}

void WriteOutcome(const RequestFinished& finish, JsonWriter& json) {
  if (finish.output_hash) {
    json.Field("output_hash", absl::StrFormat("%016x", *finish.output_hash));
  }
  json.Field("finish_reason", finish.finish_reason);
  json.Field("outcome", OutcomeName(finish.outcome));
  if (finish.failure != FailureKind::kNone) {
    json.Field("failure", FailureName(finish.failure));
  }
  json.Field("http_status", finish.http_status);
  json.TextField("address", finish.address);
  json.TextField("header", finish.header_value);
  json.TextField("error", finish.error);
  if (finish.left_open) json.Field("left_open", true);
  if (finish.passed_over > 0) {
    json.Field("passed_over", finish.passed_over);
    json.TextField("passed_over_first", finish.passed_over_first);
  }
}

}  // namespace

std::string RequestId(const EndedRequest& request) {
  // The same in every run of the same plan, so that runs can be joined by it.
  return absl::StrFormat("%d.%d", request.settled.position, request.settled.turn);
}

std::string RequestLine(const EndedRequest& request, const PlannedRow* planned,
                        const RunSpec& spec) {
  const SettledRequest& settled = request.settled;
  JsonWriter json;
  json.BeginObject();
  WriteIdentity(request, planned, json);
  json.Field("dataset", DatasetLabel(spec.dataset));
  json.Field("position", settled.position);
  json.Field("turn", settled.turn);
  json.Field("cycle", request.cycle);
  json.Field("stage", StageName(settled.stage));
  json.Field("agent", settled.agent);
  json.Field("target", TargetLabel(spec, settled.target));
  json.TextField("model", ModelOf(spec, planned, settled.target));
  json.Field("epoch", 0);  // work is not given to another agent yet
  WriteTimes(settled, json);
  json.Field("resends", request.finish.resends);
  WriteTokens(request, json);
  WriteOutcome(request.finish, json);
  json.EndObject();
  return std::move(json).Take();
}

std::string OutputLine(const EndedRequest& request, const PlannedRow* planned) {
  JsonWriter json;
  json.BeginObject();
  WriteIdentity(request, planned, json);
  json.Field("outcome", OutcomeName(request.finish.outcome));
  json.Field("text", request.finish.output_text);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl
