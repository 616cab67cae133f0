#include "tools/sim/truth.h"

#include <utility>

#include "common/base/json_writer.h"

namespace specctl::sim {
namespace {

void WriteEnded(const EndedRequests& ended, JsonWriter& json) {
  const SpeculationCounts& speculation = ended.speculation;
  json.Field("requests", ended.requests);
  json.Field("aborted", ended.aborted);
  json.Field("prompt_tokens", ended.prompt_tokens);
  json.Field("cached_tokens", ended.cached_tokens);
  json.Field("generation_tokens", ended.generation_tokens);
  json.Field("tokens_beyond_stop", ended.tokens_beyond_stop);
  json.Field("decode_steps", speculation.steps);
  json.Field("drafts", speculation.drafts);
  json.Field("draft_tokens", speculation.draft_tokens);
  json.Field("accepted_tokens", speculation.accepted_tokens);
  json.ArrayField("drafted_by_position", speculation.drafted_by_position);
  json.ArrayField("accepted_by_position", speculation.accepted_by_position);
}

}  // namespace

std::string TruthJson(const EngineCounters& counters) {
  JsonWriter json;
  json.BeginObject();
  WriteEnded(counters.Ended(), json);
  json.Field("engine_steps", counters.iteration_tokens.count());
  json.Field("late_steps", counters.overruns);
  json.Key("with_request_id");
  json.BeginObject();
  WriteEnded(counters.ended_with_request_id, json);
  json.EndObject();
  json.Key("categories");
  json.BeginObject();
  for (const auto& [category, ended] : counters.ended_by_category) {
    json.Key(category);
    json.BeginObject();
    WriteEnded(ended, json);
    json.EndObject();
  }
  json.EndObject();
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl::sim
