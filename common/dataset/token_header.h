// The first line of a file of token ids: what made them (`specctl dataset tokenize`).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <simdjson.h>

namespace specctl {

// The key of the only field of that line, in tools/dataset/tokenize_rows.py too.
inline constexpr std::string_view kTokenHeaderKey = "specctl_tokens";

struct TokenHeader {
  std::string tokenizer;  // its folder's name
  std::string tokenizer_sha256, chat_template_sha256;
  uint64_t vocab_tokens = 0;            // every id is below it; 0: not told
  std::vector<uint32_t> eos_token_ids;  // end a reply; may be empty
};

// Whether the row is such a line.
bool IsTokenHeader(simdjson::dom::object row);

// INVALID_ARGUMENT  a field is missing or of the wrong type, or the format is another one
absl::StatusOr<TokenHeader> ParseTokenHeader(simdjson::dom::object row);

}  // namespace specctl
