#include "agent/stream/request_composer.h"

#include <utility>

#include <absl/strings/str_format.h>

#include "common/net/http_request.h"

namespace specctl::agent {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<Headers> CollectHeaders(const LoadJob& job, const TargetJob& target) {
  Headers headers;
  headers.emplace_back("Accept", "text/event-stream");
  if (!target.authorization.empty()) headers.emplace_back("Authorization", target.authorization);
  headers.insert(headers.end(), job.headers.begin(), job.headers.end());
  for (const auto& [name, value] : headers) {
    if (IsHeaderName(name) && IsHeaderValue(value)) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("--header: \"%s\" can't be sent as a header", name));
  }
  return headers;
}

}  // namespace

absl::StatusOr<RequestComposer> RequestComposer::Create(const LoadJob& job) {
  RequestComposer composer;
  composer.run_id_ = job.spec.run_id;
  composer.path_ = PathOf(job.spec.request.endpoint);
  for (const TargetJob& target : job.targets) {
    auto url = ParseTargetUrl(target.url);
    if (!url.ok()) return url.status();
    auto dialect = DecodeDialect(target.dialect);
    if (!dialect.ok()) return dialect.status();
    RequestSpec request = job.spec.request;
    // Settled before the run, target by target: servers of one run may name their models
    // differently.
    if (!target.model.empty()) request.model = target.model;
    if (request.cache_salt == kCacheSaltOfRun) request.cache_salt = job.spec.run_id;
    auto writer = RequestBodyWriter::Create(request, dialect->stream_fields);
    if (!writer.ok()) return writer.status();
    auto headers = CollectHeaders(job, target);
    if (!headers.ok()) return headers.status();
    composer.targets_.push_back({.url = *std::move(url),
                                 .dialect = *std::move(dialect),
                                 .writer = *std::move(writer),
                                 .headers = *std::move(headers)});
  }
  return composer;
}

absl::StatusOr<RequestComposer::Composed> RequestComposer::Compose(const Request& request) const {
  const PerTarget& target = targets_[request.target];
  BodyOptions options;
  options.model = request.item->model;
  // A row's own values override the run's.
  options.max_tokens = request.item->max_tokens;
  options.row_extra_json = request.item->extra_json;
  const auto body = target.writer.WriteBody(request.messages, options);
  if (!body.ok()) return body.status();
  HttpRequest http;
  http.method = "POST";
  http.path = path_;
  http.headers = target.headers;
  // Lets a server's log be matched to requests.
  http.headers.emplace_back("X-Request-Id",
                            absl::StrFormat("%s-%d.%d", run_id_, request.position, request.turn));
  http.body = *body;
  return Composed{.bytes = SerializeRequest(target.url, http),
                  .max_tokens = target.writer.MaxTokens(options),
                  .trust_usage = !target.dialect.ignore_usage_on_chunks};
}

}  // namespace specctl::agent
