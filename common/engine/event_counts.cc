#include "common/engine/event_counts.h"

namespace specctl {
namespace {

JsonWalker::Error ReadUsageDetail(JsonWalker& json, JsonWalker::Value value, StreamEvent& event) {
  std::optional<JsonWalker::Object> detail;
  if (const auto error = json.ReadObject(value, "usage.*_tokens_details", detail)) return error;
  if (!detail) return simdjson::SUCCESS;
  return json.ForEachField(*detail, [&](JsonWalker::Key key, JsonWalker::Value& field) {
    if (key.Is("cached_tokens\"")) {
      return json.ReadCount(field, "usage.prompt_tokens_details.cached_tokens",
                            event.cached_tokens);
    }
    if (key.Is("reasoning_tokens\"")) {
      return json.ReadCount(field, "usage.completion_tokens_details.reasoning_tokens",
                            event.reasoning_tokens);
    }
    return simdjson::SUCCESS;
  });
}

}  // namespace

JsonWalker::Error ReadUsage(JsonWalker& json, JsonWalker::Value value, StreamEvent& event) {
  std::optional<JsonWalker::Object> usage;
  if (const auto error = json.ReadObject(value, "usage", usage)) return error;
  if (!usage) return simdjson::SUCCESS;
  return json.ForEachField(*usage, [&](JsonWalker::Key key, JsonWalker::Value& field) {
    if (key.Is("completion_tokens\"")) {
      return json.ReadCount(field, "usage.completion_tokens", event.completion_tokens);
    }
    if (key.Is("prompt_tokens\"")) {
      return json.ReadCount(field, "usage.prompt_tokens", event.prompt_tokens);
    }
    if (key.Is("reasoning_tokens\"")) {
      return json.ReadCount(field, "usage.reasoning_tokens", event.reasoning_tokens);
    }
    if (key.Is("prompt_tokens_details\"") || key.Is("completion_tokens_details\"")) {
      return ReadUsageDetail(json, field, event);
    }
    return simdjson::SUCCESS;
  });
}

JsonWalker::Error ReadTimings(JsonWalker& json, JsonWalker::Value value, StreamEvent& event) {
  if (json.Token(value).front() != '{') return simdjson::SUCCESS;
  std::optional<JsonWalker::Object> timings;
  if (const auto error = json.ReadObject(value, "timings", timings)) return error;
  std::optional<uint64_t> tokens, drafted, accepted;
  std::optional<double> ms;
  const auto error =
      json.ForEachField(*timings, [&](JsonWalker::Key key, JsonWalker::Value& field) {
        if (key.Is("predicted_n\"")) return json.ReadCount(field, "timings.predicted_n", tokens);
        if (key.Is("predicted_ms\"")) return json.ReadNumber(field, "timings.predicted_ms", ms);
        if (key.Is("draft_n\"")) return json.ReadCount(field, "timings.draft_n", drafted);
        if (key.Is("draft_n_accepted\"")) {
          return json.ReadCount(field, "timings.draft_n_accepted", accepted);
        }
        return simdjson::SUCCESS;
      });
  if (error || !tokens || !ms) return error;
  event.timings = EventTimings{.predicted_n = *tokens,
                               .predicted_ms = *ms,
                               .draft_n = drafted.value_or(0),
                               .draft_n_accepted = accepted.value_or(0)};
  return simdjson::SUCCESS;
}

}  // namespace specctl
