// ServerQuestions: what a probe asks of one server, with the headers that each question needs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "common/engine/probe_answers.h"
#include "common/engine/request_body.h"
#include "common/net/url.h"
#include "controller/probe/target_probe.h"
#include "controller/scrape/http_fetch.h"

namespace specctl::controller {

class ServerQuestions {
 public:
  // `input` outlives it.
  ServerQuestions(const ProbeInput& input, Url url);

  // The answer to GET {url}{path}: each path is asked once.
  const absl::StatusOr<HttpReply>& Get(const std::string& path);
  // Its body where the status is 200, else empty.
  std::string_view BodyOf(const std::string& path);
  // Asked anew each time.
  absl::StatusOr<HttpReply> GetUrl(const Url& url) const;
  absl::StatusOr<HttpReply> Post(const std::string& path) const;
  // A short question to the model.
  absl::StatusOr<HttpReply> Infer(const RequestBodyWriter& writer,
                                  const BodyOptions& options) const;

  std::string_view inference_path() const;
  const Url& url() const { return url_; }

 private:
  absl::StatusOr<HttpReply> Ask(const Url& url, std::string_view path) const;

  const ProbeInput& input_;
  const Url url_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::map<std::string, absl::StatusOr<HttpReply>> answers_;
};

HttpAnswer AnswerOf(const HttpReply& reply);

}  // namespace specctl::controller
