#include "controller/probe/engine_probe.h"

#include <optional>
#include <utility>

#include <absl/strings/str_format.h>

#include "controller/scrape/metrics_reply.h"

namespace specctl::controller {
namespace {

constexpr char kModelsPath[] = "/v1/models";

// What was found at a place for metrics.
struct MetricsFound {
  std::string url, path, text;
  std::string note;  // why there are none
};

MetricsFound ReadMetrics(const ServerQuestions& ask, const std::string& named) {
  MetricsFound found;
  const auto url = ParseUrl(named);
  if (!url.ok()) {
    found.note = std::string(url.status().message());
    return found;
  }
  auto reply = ask.GetUrl(*url);
  const absl::Status read = reply.ok() ? CheckMetricsReply(*reply) : reply.status();
  if (read.ok()) {
    found.url = named;
    found.text = std::move(reply->body);
    return found;
  }
  found.note = std::string(read.message());
  if (reply.ok()) found.note = absl::StrFormat("GET %s: %s", named, found.note);
  return found;
}

MetricsFound FindMetrics(const ProbeInput& input, const ServerQuestions& ask,
                         const EngineProfile& engine) {
  if (!input.want_metrics) {
    return {.url = {}, .path = {}, .text = {}, .note = "not requested (--no-server-metrics)"};
  }
  if (!input.metrics_url.empty()) return ReadMetrics(ask, input.metrics_url);
  MetricsFound none;
  for (const std::string_view path : engine.metrics_paths) {
    MetricsFound found = ReadMetrics(ask, ask.url().ToString() + std::string(path));
    found.path = path;
    if (!found.url.empty()) return found;
    // Of an engine that is known, the first place is where they should be.
    if (none.note.empty() || &engine == &OpenAiProfile()) none.note = std::move(found.note);
  }
  return none;
}

// As far as it is known without metrics.
ServerAnswers AskEngine(ServerQuestions& ask) {
  ServerAnswers answers;
  answers.models = ask.BodyOf(kModelsPath);
  if (const auto& reply = ask.Get(kModelsPath); reply.ok()) answers.server_header = reply->server;
  answers.version = ask.BodyOf("/version");
  if (&DetectEngine(answers) != &OpenAiProfile()) return answers;
  answers.server_info = ask.BodyOf("/server_info");
  if (answers.server_info.empty()) answers.server_info = ask.BodyOf("/get_server_info");
  return answers;
}

absl::Status CheckEngine(const ProbeInput& input, const EngineProfile& found,
                         std::string_view url) {
  if (input.engine.empty() || found.name == input.engine || &found == &OpenAiProfile()) {
    return absl::OkStatus();
  }
  const EngineProfile& asked = ProfileNamed(input.engine);
  // What an engine is built on shows through.
  if (asked.built_on != nullptr && &asked.built_on() == &found) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "--engine %s: %s is %s by its own account; leave --engine out, or give "
      "--engine %s",
      input.engine, std::string(url), std::string(found.display_name), std::string(found.name)));
}

}  // namespace

absl::Status ProbeEngine(const ProbeInput& input, ServerQuestions& ask, TargetProbed& facts) {
  ServerAnswers answers = AskEngine(ask);
  const EngineProfile* engine = &DetectEngine(answers);
  if (auto checked = CheckEngine(input, *engine, facts.url); !checked.ok()) return checked;
  if (!input.engine.empty()) engine = &ProfileNamed(input.engine);
  MetricsFound metrics = FindMetrics(input, ask, *engine);
  answers.metrics = metrics.text;
  answers.metrics_path = metrics.path;
  if (input.engine.empty()) engine = &DetectEngine(answers);
  facts.engine = engine->name;
  facts.metrics_url = std::move(metrics.url);
  facts.metrics_note = std::move(metrics.note);
  for (const IdentityQuestion& question : engine->identity) {
    const std::string_view body = ask.BodyOf(std::string(question.path));
    if (!body.empty()) question.read(body, facts.identity);
  }
  // A configuration that the server keeps to itself shows in its metrics.
  if (!facts.identity.draft_length)
    facts.identity.draft_length = DraftLengthOfMetrics(metrics.text);
  return absl::OkStatus();
}

}  // namespace specctl::controller
