#include "controller/probe/server_questions.h"

#include <array>

#include "common/engine/done_mark.h"

namespace specctl::controller {

HttpAnswer AnswerOf(const HttpReply& reply) {
  return {.status = reply.status,
          .content_type = reply.content_type,
          .body = reply.body,
          .location = reply.location};
}

ServerQuestions::ServerQuestions(const ProbeInput& input, Url url)
    : input_(input), url_(std::move(url)) {
  if (!input.authorization.empty()) headers_.emplace_back("Authorization", input.authorization);
  headers_.insert(headers_.end(), input.headers.begin(), input.headers.end());
}

absl::StatusOr<HttpReply> ServerQuestions::Ask(const Url& url, std::string_view path) const {
  return Fetch(url, {.method = "GET", .path = path, .headers = headers_}, input_.fetch);
}

const absl::StatusOr<HttpReply>& ServerQuestions::Get(const std::string& path) {
  const auto known = answers_.find(path);
  if (known != answers_.end()) return known->second;
  return answers_.emplace(path, Ask(url_, path)).first->second;
}

std::string_view ServerQuestions::BodyOf(const std::string& path) {
  const absl::StatusOr<HttpReply>& reply = Get(path);
  return reply.ok() && reply->status == 200 ? std::string_view(reply->body) : std::string_view();
}

absl::StatusOr<HttpReply> ServerQuestions::GetUrl(const Url& url) const { return Ask(url, ""); }

absl::StatusOr<HttpReply> ServerQuestions::Post(const std::string& path) const {
  return Fetch(url_, {.method = "POST", .path = path, .headers = headers_}, input_.fetch);
}

absl::StatusOr<HttpReply> ServerQuestions::Infer(const RequestBodyWriter& writer,
                                                 const BodyOptions& options) const {
  std::array<Message, 1> messages = {{{.role = "user", .content = "Count from one to ten."}}};
  messages.front().token_ids = input_.prompt_ids;
  const auto body = writer.WriteBody(messages, options);
  if (!body.ok()) return body.status();
  FetchOptions fetch = input_.fetch;
  // Longer than for a question: a model may be loaded first.
  fetch.timeout = input_.inference_timeout;
  // Some servers keep the stream open behind it.
  fetch.is_enough = EndsInDoneMark;
  return Fetch(url_,
               {.method = "POST", .path = inference_path(), .headers = headers_, .body = *body},
               fetch);
}

std::string_view ServerQuestions::inference_path() const { return PathOf(input_.request.endpoint); }

}  // namespace specctl::controller
