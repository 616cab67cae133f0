// VllmApi: the routes of a vLLM server, but for making tokens.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "tools/sim/draws.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/http_request_parser.h"
#include "tools/sim/inference_request.h"

namespace specctl::sim {

struct VllmApiOptions {
  RequestRules rules;
  std::string api_key;  // empty: none is asked for
  uint64_t seed = 0;
  UnixTime started;
  std::function<std::string()> metrics;  // text of /metrics; none: there is no such route
};

// Pure but for what `metrics` does.
class VllmApi {
 public:
  explicit VllmApi(VllmApiOptions options);

  // The reply, or the inference that was asked for.  Keys are checked on /v1 only, as vLLM does.
  std::variant<PlainReply, InferenceRequest> Answer(const HttpRequest& request) const;

  // "chatcmpl-" or "cmpl-" and the X-Request-Id, of which only letters, digits, '-', '_', '.' and
  // ':' stay and at most 128; without one, 16 hex digits drawn for the `ordinal`-th request.
  std::string ResponseId(Route route, std::string_view request_id, uint64_t ordinal) const;

  const VllmApiOptions& options() const { return options_; }

 private:
  std::string Models() const;

  const VllmApiOptions options_;
  const Draws draws_;
};

}  // namespace specctl::sim
