#include "controller/probe/target_probe.h"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/engine/done_mark.h"
#include "common/engine/engine_profile.h"
#include "common/engine/probe_answers.h"
#include "common/engine/request_body.h"
#include "common/engine/response_body.h"
#include "common/net/sse_parser.h"
#include "controller/scrape/metrics_reply.h"

namespace specctl::controller {
namespace {

using std::chrono::seconds;

constexpr uint32_t kProbeTokens = 8;
constexpr size_t kProbeEventBytesMax = 1u << 20;
constexpr Nanos kRetryPeriod = seconds(2);

HttpAnswer Answer(const HttpReply& reply) {
  return {.status = reply.status,
          .content_type = reply.content_type,
          .body = reply.body,
          .location = reply.location};
}

// The target's questions, with the headers that each of them needs.
class Prober {
 public:
  Prober(const ProbeInput& input, Url url) : input_(input), url_(std::move(url)) {
    if (!input.authorization.empty()) headers_.emplace_back("Authorization", input.authorization);
    headers_.insert(headers_.end(), input.headers.begin(), input.headers.end());
  }

  absl::StatusOr<HttpReply> Get(const Url& url, std::string_view path) const {
    return Fetch(url, {.method = "GET", .path = path, .headers = headers_}, input_.fetch);
  }

  absl::StatusOr<HttpReply> Infer(const RequestBodyWriter& writer,
                                  const BodyOptions& options) const {
    const std::array<Message, 1> messages = {
        {{.role = "user", .content = "Count from one to ten."}}};
    const auto body = writer.WriteBody(messages, options);
    if (!body.ok()) return body.status();
    FetchOptions fetch = input_.fetch;
    // Longer than for a question: a model may be loaded first.
    fetch.timeout = input_.inference_timeout;
    // Some servers keep the stream open behind it.
    fetch.is_enough = EndsInDoneMark;
    return Fetch(url_, {.method = "POST", .path = Path(), .headers = headers_, .body = *body},
                 fetch);
  }

  std::string_view Path() const {
    return input_.request.endpoint == Endpoint::kChat ? "/v1/chat/completions" : "/v1/completions";
  }
  const Url& url() const { return url_; }

 private:
  const ProbeInput& input_;
  const Url url_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

absl::Status ChooseModel(const ProbeInput& input, const std::vector<ServedModel>& models,
                         TargetProbed& facts) {
  for (const ServedModel& model : models) facts.served_models.push_back(model.id);
  const auto chosen = std::find_if(models.begin(), models.end(), [&](const ServedModel& model) {
    return input.model.empty() || model.id == input.model;
  });
  if (chosen == models.end()) {
    const std::string there = absl::StrJoin(
        models, ", ", [](std::string* out, const auto& model) { out->append(model.id); });
    return absl::InvalidArgumentError(absl::StrFormat(
        "--model %s: not served by %s, which serves: %s", input.model, facts.url, there));
  }
  facts.model = chosen->id;
  if (chosen->max_model_len_tokens) {
    facts.max_model_len_tokens = static_cast<uint32_t>(*chosen->max_model_len_tokens);
  }
  return absl::OkStatus();
}

// A server need not list its models where the user names one: what it answers to an inference
// decides.
absl::Status DoWithoutList(const ProbeInput& input, const absl::Status& why, TargetProbed& facts) {
  if (!input.model.empty()) {
    facts.model = input.model;
    return absl::OkStatus();
  }
  const bool may_be_served = absl::IsFailedPrecondition(why);
  return absl::Status(
      why.code(), absl::StrFormat("%s: %s%s", facts.url, std::string(why.message()),
                                  may_be_served ? "; if it serves one, name it with --model" : ""));
}

// Reads the metrics text, or says in the facts why there is none.
std::string AskMetrics(const ProbeInput& input, const Prober& prober, TargetProbed& facts) {
  if (!input.want_metrics) {
    facts.metrics_note = "not requested (--no-server-metrics)";
    return "";
  }
  const std::string named =
      input.metrics_url.empty() ? prober.url().ToString() + "/metrics" : input.metrics_url;
  const auto url = ParseUrl(named);
  if (!url.ok()) {
    facts.metrics_note = std::string(url.status().message());
    return "";
  }
  auto reply = prober.Get(*url, "");
  const absl::Status read = reply.ok() ? CheckMetricsReply(*reply) : reply.status();
  if (!read.ok()) {
    facts.metrics_note = std::string(read.message());
    if (reply.ok()) facts.metrics_note = absl::StrFormat("GET %s: %s", named, facts.metrics_note);
  } else {
    facts.metrics_url = named;
    return std::move(reply->body);
  }
  return "";
}

// What a test inference came to that failed, in the words that a load would have for it.
absl::Status Refused(const Prober& prober, const HttpReply& reply, const ResponseVerdict& verdict) {
  const std::string text =
      absl::StrFormat("%s%s: %s", prober.url().ToString(), prober.Path(), verdict.text);
  if (reply.status == 401 || reply.status == 403) {
    return absl::UnauthenticatedError(text);
  }
  const bool not_ready = reply.status == 429 || reply.status >= 500;
  return not_ready ? absl::UnavailableError(text) : absl::FailedPreconditionError(text);
}

// What the answer to a test inference shows.
struct InferenceFacts {
  TokenSource token_source = TokenSource::kUnknown;
  TokenFault token_fault = TokenFault::kNone;
  uint32_t draft_length = 0;  // 0: unknown
};

// Reads the answer to the test inference as a load reads its answers.
absl::StatusOr<InferenceFacts> ReadAnswer(const Prober& prober, const HttpReply& reply,
                                          const ResponseReader::Options& options) {
  StreamDecoder decoder;
  ResponseBody body(decoder, kProbeEventBytesMax);
  body.BeginResponse(options);
  body.OnHead({.status = reply.status,
               .content_type = reply.content_type,
               .content_encoding = reply.content_encoding,
               .location = reply.location});
  const std::string padded = reply.body + std::string(SseParser::kPadding, '\0');
  absl::Status fed = body.Feed(std::string_view(padded).substr(0, reply.body.size()),
                               [](const ChunkFacts&, bool) {});
  const ResponseVerdict verdict = body.Judge({.head_done = true, .fault = std::move(fed)});
  if (!verdict.ok()) return Refused(prober, reply, verdict);
  const ResponseReader& reader = body.reader();
  return InferenceFacts{
      .token_source = reader.token_source(),
      .token_fault = reader.token_fault(),
      .draft_length = reader.speculation() ? reader.speculation()->draft_length : 0};
}

// How tokens are counted where the usage on `reply`'s chunks is not to be used.  An engine that
// gives token ids instead of it is asked for them.
absl::StatusOr<TokenSource> SourceWithoutUsage(const Prober& prober,
                                               const RequestBodyWriter& writer, BodyOptions asked,
                                               bool ids_are_left, const HttpReply& reply) {
  const ResponseReader::Options options = {.trust_usage = false,
                                           .max_tokens = writer.MaxTokens(asked)};
  if (asked.continuous_usage && ids_are_left) {
    asked.continuous_usage = false;
    const auto again = prober.Infer(writer, asked);
    if (again.ok() && again->status == 200) {
      if (const auto read = ReadAnswer(prober, *again, options); read.ok()) {
        return read->token_source;
      }
    }
  }
  const auto read = ReadAnswer(prober, reply, options);
  if (!read.ok()) return read.status();
  return read->token_source;
}

// Whether a server may answer so because of a field that it does not take.
bool MayRefuseAField(const Prober& prober, const HttpReply& reply) {
  constexpr std::array<uint32_t, 4> kStatuses = {400, 422, 500, 501};
  if (reply.status == 200) return !ReadAnswer(prober, reply, {}).ok();
  return std::find(kStatuses.begin(), kStatuses.end(), reply.status) != kStatuses.end();
}

// The test inference's answer to as much of `asked` as the server takes: again without continuous
// usage where it refuses that, and without stream_options where it refuses even these.
absl::StatusOr<HttpReply> InferAsTaken(const Prober& prober, const RequestBodyWriter& writer,
                                       BodyOptions& asked) {
  auto reply = prober.Infer(writer, asked);
  if (!reply.ok()) return reply;
  if (asked.continuous_usage && RefusesContinuousUsage(reply->status, reply->body)) {
    asked.continuous_usage = false;
    reply = prober.Infer(writer, asked);
    if (!reply.ok()) return reply;
  }
  if (!MayRefuseAField(prober, *reply)) return reply;
  BodyOptions plain = asked;
  plain.continuous_usage = false;
  plain.include_usage = false;
  auto plain_reply = prober.Infer(writer, plain);
  const bool taken =
      plain_reply.ok() && plain_reply->status == 200 && ReadAnswer(prober, *plain_reply, {}).ok();
  // Refused anyway: report the first refusal, which answers what a load would send.
  if (!taken) return reply;
  asked = plain;
  return plain_reply;
}

// The test inference.
absl::Status TryInference(const ProbeInput& input, const Prober& prober,
                          const EngineProfile& profile, TargetProbed& facts) {
  RequestSpec request = input.request;
  request.model = facts.model;
  request.ignore_eos = false;
  const auto writer = RequestBodyWriter::Create(request, profile);
  if (!writer.ok()) return writer.status();
  BodyOptions asked = {.continuous_usage = profile.continuous_usage,
                       .max_tokens = kProbeTokens,
                       .tokens_at_most = kProbeTokens};
  const auto reply = InferAsTaken(prober, *writer, asked);
  if (!reply.ok()) return reply.status();
  const auto answer = ReadAnswer(prober, *reply, {.max_tokens = writer->MaxTokens(asked)});
  if (!answer.ok()) return answer.status();
  facts.continuous_usage = asked.continuous_usage;
  facts.stream_options = asked.include_usage;
  facts.token_source = answer->token_source;
  if (answer->draft_length > 0) facts.draft_length = answer->draft_length;
  // kOtherChoices says nothing against the usage on chunks.
  const bool of_usage =
      answer->token_fault != TokenFault::kNone && answer->token_fault != TokenFault::kOtherChoices;
  if (!of_usage) return absl::OkStatus();
  facts.usage_fault = answer->token_fault;
  facts.continuous_usage = false;
  const auto left = SourceWithoutUsage(prober, *writer, asked, profile.return_token_ids, *reply);
  if (!left.ok()) return left.status();
  facts.token_source = *left;
  return absl::OkStatus();
}

// What a server of this engine says of its configuration; nothing where it says none.
SpeculationFacts AskServerInfo(const Prober& prober, std::string_view engine) {
  const auto ask = [&](std::string_view path) {
    const auto reply = prober.Get(prober.url(), path);
    return reply.ok() ? std::optional(*reply) : std::nullopt;
  };
  std::optional<HttpReply> reply;
  if (engine == VllmProfile().name) {
    reply = ask("/server_info?config_format=json");
  } else if (engine == OpenAiProfile().name) {
    reply = ask("/server_info");
    if (reply && reply->status != 200) reply = ask("/get_server_info");
  }
  return reply ? ParseServerInfo(Answer(*reply)) : SpeculationFacts();
}

// The server's own word first, then its metrics, then its answer to the test inference.
void FindSpeculation(const Prober& prober, std::string_view metrics, TargetProbed& facts) {
  SpeculationFacts said = AskServerInfo(prober, facts.engine);
  facts.speculation_method = std::move(said.method);
  if (!said.draft_length) said.draft_length = DraftLengthOfMetrics(metrics);
  if (said.draft_length) facts.draft_length = said.draft_length;
}

}  // namespace

namespace {

absl::StatusOr<TargetProbed> AskTarget(const ProbeInput& input) {
  auto url = ParseTargetUrl(input.url);
  if (!url.ok()) return url.status();
  const Prober prober(input, *std::move(url));
  TargetProbed facts;
  facts.url = prober.url().ToString();

  const auto models_reply = prober.Get(prober.url(), "/v1/models");
  // A server may also drop what it doesn't know.
  if (!models_reply.ok() && input.model.empty()) return models_reply.status();
  const HttpReply listed = models_reply.ok() ? *models_reply : HttpReply();
  const auto models = ParseModels(Answer(listed));
  const absl::Status chosen = models.ok() ? ChooseModel(input, *models, facts)
                                          : DoWithoutList(input, models.status(), facts);
  if (!chosen.ok()) return chosen;

  std::string version_body;
  if (auto reply = prober.Get(prober.url(), "/version"); reply.ok()) {
    facts.engine_version = ParseVersion(Answer(*reply)).value_or("");
    if (reply->status == 200) version_body = std::move(reply->body);
  }
  const std::string metrics = AskMetrics(input, prober, facts);
  const EngineProfile& profile = DetectEngine(version_body, listed.body, metrics, listed.server);
  facts.engine = profile.name;
  if (const absl::Status tried = TryInference(input, prober, profile, facts); !tried.ok()) {
    return tried;
  }
  FindSpeculation(prober, metrics, facts);
  return facts;
}

}  // namespace

absl::StatusOr<TargetProbed> ProbeTarget(const ProbeInput& input) {
  auto facts = AskTarget(input);
  if (!absl::IsUnauthenticated(facts.status())) return facts;
  const std::string cure = input.credential.empty()
                               ? "--api-key-env names the variable that holds its key"
                               : input.credential + " is refused";
  return absl::UnauthenticatedError(
      absl::StrFormat("%s (%s)", std::string(facts.status().message()), cure));
}

absl::StatusOr<TargetProbed> WaitUntilReady(const ProbeInput& input, Nanos wait,
                                            const std::function<void(std::string_view)>& say) {
  const MonoTime end = MonoNow() + wait;
  bool said = false;
  while (true) {
    auto result = ProbeTarget(input);
    const bool not_ready =
        absl::IsUnavailable(result.status()) || absl::IsDeadlineExceeded(result.status());
    if (not_ready && wait == Nanos(0)) {
      return absl::Status(result.status().code(),
                          std::string(result.status().message()) +
                              " (--wait-ready 5m waits for a server that is still starting)");
    }
    if (!not_ready || MonoNow() + kRetryPeriod > end) return result;
    if (!said) {
      const auto url = ParseTargetUrl(input.url);
      say(absl::StrFormat("waiting for %s: %s", url.ok() ? url->ToString() : "the target",
                          std::string(result.status().message())));
    }
    said = true;
    std::this_thread::sleep_for(kRetryPeriod);
  }
}

}  // namespace specctl::controller
