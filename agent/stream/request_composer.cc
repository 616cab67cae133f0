#include "agent/stream/request_composer.h"

#include <utility>

#include <absl/strings/str_format.h>

#include "common/net/http_request.h"

namespace specctl::agent {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<Headers> CollectHeaders(const LoadJob& job) {
  Headers headers;
  headers.emplace_back("Accept", "text/event-stream");
  if (!job.secrets.api_key.empty()) {
    if (!IsHeaderValue(job.secrets.api_key)) {
      return absl::InvalidArgumentError("--api-key-env: the key has a line break");
    }
    headers.emplace_back("Authorization", "Bearer " + job.secrets.api_key);
  }
  for (const Headers* given : {&job.spec.request.headers, &job.secrets.headers}) {
    for (const auto& [name, value] : *given) {
      if (!IsHeaderName(name) || !IsHeaderValue(value)) {
        return absl::InvalidArgumentError(
            absl::StrFormat("--header: \"%s\" is no header that can be sent", name));
      }
      headers.emplace_back(name, value);
    }
  }
  return headers;
}

}  // namespace

absl::StatusOr<RequestComposer> RequestComposer::Create(const LoadJob& job) {
  RequestComposer composer;
  composer.run_id_ = job.spec.run_id;
  composer.path_ =
      job.spec.request.endpoint == Endpoint::kChat ? "/v1/chat/completions" : "/v1/completions";
  auto headers = CollectHeaders(job);
  if (!headers.ok()) return headers.status();
  composer.headers_ = *std::move(headers);
  for (const TargetJob& target : job.targets) {
    auto url = ParseTargetUrl(target.url);
    if (!url.ok()) return url.status();
    auto profile = std::make_unique<EngineProfile>(ProfileNamed(target.engine));
    profile->continuous_usage = target.continuous_usage;
    profile->return_token_ids = target.return_token_ids;
    auto writer = RequestBodyWriter::Create(job.spec.request, *profile);
    if (!writer.ok()) return writer.status();
    composer.targets_.push_back({*std::move(url), target.continuous_usage,
                                 !target.ignore_usage_on_chunks, std::move(profile),
                                 *std::move(writer)});
  }
  return composer;
}

absl::StatusOr<RequestComposer::Composed> RequestComposer::Compose(const Request& request) const {
  const PerTarget& target = targets_[request.target];
  BodyOptions options;
  options.continuous_usage = target.continuous_usage;
  options.max_tokens = request.conversation->max_tokens;
  options.row_extra_json = request.conversation->extra_json;
  const auto body = target.writer.Write(request.messages, options);
  if (!body.ok()) return body.status();
  HttpRequest http;
  http.method = "POST";
  http.path = path_;
  http.headers = headers_;
  http.headers.emplace_back("X-Request-Id",
                            absl::StrFormat("%s-%d.%d", run_id_, request.position, request.turn));
  http.body = *body;
  return Composed{.bytes = SerializeRequest(target.url, http),
                  .max_tokens = target.writer.MaxTokens(options),
                  .trust_usage = target.trust_usage};
}

}  // namespace specctl::agent
