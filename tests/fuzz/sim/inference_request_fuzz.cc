// Any body gives a request within the rules or an error reply that is JSON.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tools/sim/inference_request.h"

namespace {

using namespace specctl::sim;

void ReadAs(Route route, std::string_view json) {
  RequestRules rules;
  rules.model = "tiny";
  rules.context_tokens_max = 4096;
  const auto read = ReadInferenceRequest(
      {.route = route, .content_type = "application/json", .json = json}, rules);
  if (const ApiError* error = std::get_if<ApiError>(&read)) {
    boost::system::error_code failed;
    boost::json::parse(ErrorReply(*error).body, failed);
    if (failed) abort();
    return;
  }
  const InferenceRequest& request = std::get<InferenceRequest>(read);
  if (request.max_tokens < 1 || request.prompt_tokens < 1) abort();
  if (request.prompt_tokens + request.max_tokens > rules.context_tokens_max) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  ReadAs(Route::kChat, json);
  ReadAs(Route::kCompletions, json);
  return 0;
}
