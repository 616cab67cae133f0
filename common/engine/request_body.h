// JSON bodies of chat and completions requests, and of SGLang's /generate.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/conversation.h"
#include "common/engine/request_dialect.h"
#include "common/workload/run_spec.h"

namespace specctl {

// Of a server's URL, e.g. "/v1/completions".
std::string_view PathOf(Endpoint endpoint);

struct BodyOptions {
  bool stream = true;
  std::optional<uint32_t> max_tokens;  // the row's own; else request.osl_tokens
  std::string_view model;              // the row's own; empty: request.model
  // Caps max_tokens, max_completion_tokens and min_tokens, whoever gives them.
  std::optional<uint32_t> tokens_at_most;
  std::string_view row_extra_json;  // the row's extra fields; --extra-inputs goes before them
};

// Writes the body once for a run, so that a request costs the copying of its messages.
//
// Order of precedence for a field: --extra-inputs, the row's extra fields, the flags.  `stream`,
// `stream_options`, `messages`, `prompt`, `n`, `model` and `sampling_params` are ours alone:
// refused in --extra-inputs, passed over in a row's extra fields.  A row's or user's
// max_completion_tokens goes in the place of max_tokens.  Completions send as `prompt` the text of
// the messages, joined by blank lines, or their token ids one after another (a reply's last id
// once, where the next message begins with it).
//
// /generate (GenerateReqInput of sglang/srt/managers/io_struct.py) has the same as `text` or
// `input_ids`, and all fields of a reply, the user's too, in `sampling_params` under its own names
// (max_new_tokens, min_new_tokens, sampling_seed), which may be given as well; a cache salt is its
// `extra_key`.  Immutable; thread-safe.
class RequestBodyWriter {
 public:
  // `stream_fields`: what streams ask of the server besides (RequestDialect); a field that the user
  // or the row has is theirs.
  // INVALID_ARGUMENT "--extra-inputs: ..." where extra_inputs_json is not a JSON object or sets a
  // field that is ours; "--reasoning-effort: ..." where it is not for chat.
  static absl::StatusOr<RequestBodyWriter> Create(const RequestSpec& request,
                                                  std::vector<RequestField> stream_fields);
  // INVALID_ARGUMENT naming the field where options.row_extra_json is not a JSON object, where a
  // message that is more than text is to go to completions, or token ids to chat.
  absl::StatusOr<std::string> WriteBody(std::span<const Message> messages,
                                        const BodyOptions& options) const;
  // How many tokens a body with these options allows: the greater of max_tokens and
  // max_completion_tokens where it has both; nullopt where it has none that is a count, or where
  // Write() would fail.
  std::optional<uint64_t> MaxTokens(const BodyOptions& options) const;

 private:
  using Field = RequestField;

  RequestBodyWriter() = default;
  absl::StatusOr<std::vector<Field>> ParseFields(std::string_view json) const;
  void AppendFields(std::span<const Field> row_fields, const BodyOptions& options,
                    std::string& body) const;
  absl::Status AppendPrompt(std::span<const Message> messages, std::string& body) const;
  void AppendField(std::string_view key, std::string_view json, std::string& body) const;
  void AppendStreamFields(std::span<const Field> row_fields, const BodyOptions& options,
                          std::string& body) const;

  RequestSpec request_;
  std::vector<Field> flags_, extra_inputs_, stream_fields_;
};

}  // namespace specctl
