// What the answers to a probe of a server say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

struct HttpAnswer {
  uint32_t status = 0;
  std::string_view content_type;  // lower case, without parameters; may be empty
  std::string_view body;
  std::string_view location = {};  // of a redirect
};

struct ServedModel {
  std::string id;
  std::optional<uint64_t> max_model_len_tokens;  // longest prompt and answer together
};

// The models of an answer to GET /v1/models; at least one.
// UNAUTHENTICATED      401 or 403
// UNAVAILABLE          429 or 5xx: the server is there and not ready, with its message
// FAILED_PRECONDITION  "not an OpenAI-compatible server: GET /v1/models answered 404 text/html"; or
//                      a list without any model
absl::StatusOr<std::vector<ServedModel>> ParseModels(const HttpAnswer& answer);

// Draft length by the metrics' text: vLLM has a series of accepted tokens for each position of a
// draft, from its start on.
std::optional<uint32_t> DraftLengthOfMetrics(std::string_view text);

// Whether an answer to a request that asked for continuous usage refuses just that: a 400 or 422
// that names stream_options or its field.  A message that merely shows the whole request gives a
// false yes, so what the request without the field is answered decides.
bool RefusesContinuousUsage(uint32_t status, std::string_view body);

}  // namespace specctl
