// Bodies of errors and of probe answers: always a short line of valid UTF-8.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/engine/engine_profile.h"
#include "common/engine/error_body.h"
#include "common/engine/probe_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto error = specctl::ParseErrorBody(body, 400);
  if (error.message.empty() || error.message.size() > 300) abort();
  if (error.message.find('\n') != std::string::npos) abort();
  for (const uint32_t status : {200u, 404u, 503u}) {
    const auto models = specctl::ParseModels({status, "application/json", body});
    if (models.ok() && (models->empty() || status != 200)) abort();
  }
  for (const specctl::EngineProfile* engine : specctl::EngineProfiles()) {
    for (const specctl::IdentityQuestion& question : engine->identity) {
      specctl::ServerIdentity identity;
      question.read(body, identity);
    }
  }
  (void)specctl::DecodeDialect(body);
  (void)specctl::RefusesContinuousUsage(400, body);
  (void)specctl::DetectEngine({body, body, body, body, body, body});
  return 0;
}
