// JSON bodies of chat and completions requests.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/dataset/conversation.h"
#include "common/engine/engine_profile.h"
#include "common/plan/run_spec.h"

namespace specctl {

struct BodyOptions {
  bool stream = true;
  // Ask for usage on each chunk; the probe clears it for a server that refuses the field.
  bool continuous_usage = true;
  std::optional<uint32_t> max_tokens;  // the row's own; else request.osl_tokens
  std::string_view row_extra_json;     // the row's extra fields; --extra-inputs goes before them
};

// Writes the body once for a run, so that a request costs the copying of its messages.
//
// Order of precedence for a field: --extra-inputs, the row's extra fields, the flags.  `stream` and
// `stream_options` are ours alone.  Completions send the text of the messages, joined by blank
// lines, as `prompt`.
class RequestBodyWriter {
 public:
  // INVALID_ARGUMENT "--extra-inputs: ..." where extra_inputs_json is not a JSON object or sets a
  // field that is ours.
  static absl::StatusOr<RequestBodyWriter> Create(const RequestSpec& request,
                                                  const EngineProfile& profile);
  // INVALID_ARGUMENT naming the field where options.row_extra_json is not a JSON object.
  absl::StatusOr<std::string> Write(std::span<const Message> messages,
                                    const BodyOptions& options) const;

 private:
  RequestSpec request_;
  const EngineProfile* profile_ = nullptr;
};

}  // namespace specctl
