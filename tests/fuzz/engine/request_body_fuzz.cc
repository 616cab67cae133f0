// Extra fields from a user and from a row: what is accepted makes a body that is accepted again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/engine/request_body.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string json(reinterpret_cast<const char*>(data), size);
  const std::vector<specctl::Message> messages = {{"user", json, ""}};
  specctl::RequestSpec spec;
  spec.model = json;
  specctl::BodyOptions options;
  options.row_extra_json = json;
  const auto plain = specctl::RequestBodyWriter::Create(spec, {});
  if (!plain.ok()) abort();
  const auto body = plain->WriteBody(messages, options);
  if (body.ok()) {
    options.row_extra_json = *body;
    if (!plain->WriteBody(messages, options).ok()) abort();
  }
  spec.extra_inputs_json = json;
  const auto extended = specctl::RequestBodyWriter::Create(spec, {{"return_token_ids", "true"}});
  options.row_extra_json = {};
  if (extended.ok() && !extended->WriteBody(messages, options).ok()) abort();
  return 0;
}
