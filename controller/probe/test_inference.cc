#include "controller/probe/test_inference.h"

#include <algorithm>
#include <array>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/engine/response_body.h"
#include "common/net/sse_parser.h"

namespace specctl::controller {
namespace {

constexpr uint32_t kProbeTokens = 8;
constexpr size_t kProbeEventBytesMax = 1u << 20;
constexpr BodyOptions kProbeOptions = {.max_tokens = kProbeTokens, .tokens_at_most = kProbeTokens};

// What a test inference came to that failed, in the words that a load would have for it.
absl::Status Refused(const ServerQuestions& ask, const HttpReply& reply,
                     const ResponseVerdict& verdict) {
  const std::string text = absl::StrFormat("%s%s: %s", ask.url().ToString(),
                                           std::string(ask.inference_path()), verdict.text);
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
  bool statistics = false;    // of its own steps
  uint32_t draft_length = 0;  // 0: unknown
  bool told_ids = false;      // of all its tokens
};

// Reads the answer to the test inference as a load reads its answers.
absl::StatusOr<InferenceFacts> ReadAnswer(const ServerQuestions& ask, const HttpReply& reply,
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
  if (!verdict.ok()) return Refused(ask, reply, verdict);
  const ResponseReader& reader = body.reader();
  const auto& statistics = reader.speculation();
  return InferenceFacts{.token_source = reader.token_source(),
                        .token_fault = reader.token_fault(),
                        .statistics = statistics.has_value(),
                        .draft_length = statistics ? statistics->draft_length : 0,
                        .told_ids = !reader.kept().ids.empty()};
}

// Whether a server may answer so because of a field that it does not take.
bool MayRefuseAField(const ServerQuestions& ask, const HttpReply& reply) {
  constexpr std::array<uint32_t, 4> kStatuses = {400, 422, 500, 501};
  if (reply.status == 200) return !ReadAnswer(ask, reply, {}).ok();
  return std::find(kStatuses.begin(), kStatuses.end(), reply.status) != kStatuses.end();
}

// The test inference, put to the server in one way or another.
class TestInference {
 public:
  TestInference(const ServerQuestions& ask, RequestSpec request)
      : ask_(ask), request_(std::move(request)) {}

  absl::StatusOr<HttpReply> Put(const StreamRequests& requests) const {
    const auto writer = RequestBodyWriter::Create(request_, StreamFields(requests));
    if (!writer.ok()) return writer.status();
    return ask_.Infer(*writer, kProbeOptions);
  }

  std::optional<uint64_t> MaxTokens() const {
    const auto writer = RequestBodyWriter::Create(request_, {});
    return writer.ok() ? writer->MaxTokens(kProbeOptions) : std::nullopt;
  }

  // The answer to as much of `asked` as the server takes: again without continuous usage where it
  // refuses that, then without fields of its engine alone, without token ids, without
  // stream_options, and without all of these.
  absl::StatusOr<HttpReply> PutAsTaken(StreamRequests& asked) const {
    auto reply = Put(asked);
    if (!reply.ok()) return reply;
    if (asked.continuous_usage && RefusesContinuousUsage(reply->status, reply->body)) {
      asked.continuous_usage = false;
      reply = Put(asked);
      if (!reply.ok()) return reply;
    }
    if (!MayRefuseAField(ask_, *reply)) return reply;
    StreamRequests without_flags = asked, without_ids = asked, without_usage = asked, plain = asked;
    without_flags.flags = {};
    without_ids.flags = without_ids.instead_of_usage = {};
    without_usage.continuous_usage = without_usage.usage = false;
    plain.flags = plain.instead_of_usage = {};
    plain.continuous_usage = plain.usage = false;
    for (const StreamRequests& less : {without_flags, without_ids, without_usage, plain}) {
      if (StreamFields(less) == StreamFields(asked)) continue;
      if (auto taken = PutWhereTaken(less)) return Adopt(less, asked, *std::move(taken));
    }
    // Refused anyway: report the first refusal, which answers what a load would send.
    return reply;
  }

  // How tokens are counted where the usage on `reply`'s chunks is not to be used.  An engine that
  // gives token ids instead of it is asked for them, which `asked` then says.
  absl::StatusOr<TokenSource> SourceWithoutUsage(const HttpReply& reply,
                                                 StreamRequests& asked) const {
    const ResponseReader::Options options = {.trust_usage = false, .max_tokens = MaxTokens()};
    const bool ids_are_left = asked.continuous_usage && !asked.instead_of_usage.empty();
    asked.continuous_usage = false;
    if (ids_are_left) {
      const auto again = Put(asked);
      if (again.ok() && again->status == 200) {
        if (const auto read = ReadAnswer(ask_, *again, options); read.ok()) {
          return read->token_source;
        }
      }
      asked.instead_of_usage = {};
    }
    const auto read = ReadAnswer(ask_, reply, options);
    if (!read.ok()) return read.status();
    return read->token_source;
  }

  // Has the server tell the ids of its replies, which `asked` then says.  FAILED_PRECONDITION where
  // it doesn't.
  absl::Status AskForIds(const EngineProfile& engine, StreamRequests& asked) const {
    asked.reply_ids = true;
    const auto reply = Put(asked);
    if (!reply.ok()) return reply.status();
    const auto read = ReadAnswer(ask_, *reply, {.keep = {.ids = true}});
    if (read.ok() && read->told_ids) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s%s: the prompts are token ids in several turns, and %s does not tell the ids of its "
        "replies, which the next turn's prompt needs; use vLLM from 0.10.2 on, SGLang of 2026 or "
        "TensorRT-LLM, or rows of one turn",
        ask_.url().ToString(), std::string(ask_.inference_path()),
        std::string(engine.display_name)));
  }

 private:
  // nullopt where it is refused.
  std::optional<HttpReply> PutWhereTaken(const StreamRequests& requests) const {
    auto reply = Put(requests);
    const bool taken = reply.ok() && reply->status == 200 && ReadAnswer(ask_, *reply, {}).ok();
    return taken ? std::optional(*std::move(reply)) : std::nullopt;
  }

  static HttpReply Adopt(const StreamRequests& less, StreamRequests& asked, HttpReply reply) {
    asked = less;
    return reply;
  }

  const ServerQuestions& ask_;
  const RequestSpec request_;
};

// A refusal of ids that the model may not have.
absl::Status ExplainIds(const ProbeInput& input, const absl::Status& refused) {
  if (input.prompt_ids.empty() || !absl::IsFailedPrecondition(refused)) return refused;
  return absl::FailedPreconditionError(absl::StrFormat(
      "%s (sent was the dataset's highest token id, %d: if the model's vocabulary is smaller, the "
      "ids are of another model's tokenizer)",
      std::string(refused.message()), input.prompt_ids.front()));
}

}  // namespace

absl::Status TryInference(const ProbeInput& input, const ServerQuestions& ask,
                          const EngineProfile& engine, TargetProbed& facts) {
  const bool own_route = input.request.endpoint == Endpoint::kGenerate;
  if (own_route && !engine.has_generate) {
    return absl::FailedPreconditionError(
        absl::StrFormat("--endpoint generate: %s is %s, and only SGLang has that route; leave the "
                        "flag out",
                        facts.url, std::string(engine.display_name)));
  }
  const auto& served = facts.served_models;
  if (own_route && !served.empty() && facts.model != served.front()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--model: requests to /generate name no model, and %s answers them by %s; "
                        "use --endpoint completions or chat",
                        facts.url, served.front()));
  }
  RequestSpec request = input.request;
  request.model = facts.model;
  request.ignore_eos = false;
  const TestInference inference(ask, std::move(request));
  // That route tells usage and ids without being asked for them.
  StreamRequests asked = own_route ? StreamRequests{.usage = false} : engine.requests;
  const auto reply = inference.PutAsTaken(asked);
  if (!reply.ok()) return reply.status();
  const auto answer = ReadAnswer(ask, *reply, {.max_tokens = inference.MaxTokens()});
  if (!answer.ok()) return ExplainIds(input, answer.status());
  facts.stream_options = own_route || asked.usage;
  facts.token_source = answer->token_source;
  facts.per_request_statistics = answer->statistics;
  if (!facts.identity.draft_length && answer->draft_length > 0) {
    facts.identity.draft_length = answer->draft_length;
  }
  // kOtherChoices says nothing against the usage on chunks.
  const bool of_usage =
      answer->token_fault != TokenFault::kNone && answer->token_fault != TokenFault::kOtherChoices;
  if (of_usage) {
    facts.usage_fault = answer->token_fault;
    const auto left = inference.SourceWithoutUsage(*reply, asked);
    if (!left.ok()) return left.status();
    facts.token_source = *left;
  }
  if (input.request.reply_ids) {
    if (const absl::Status told = inference.AskForIds(engine, asked); !told.ok()) return told;
  }
  facts.dialect = EncodeDialect({.stream_fields = StreamFields(asked),
                                 .ignore_usage_on_chunks = of_usage,
                                 .closes_after_stream = engine.closes_after_stream});
  return absl::OkStatus();
}

}  // namespace specctl::controller
