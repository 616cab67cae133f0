#include "common/dataset/token_header.h"

#include <limits>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

namespace specctl {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr uint64_t kFormat = 1;

absl::Status Missing(std::string_view field, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("%s.%s: need %s", std::string(kTokenHeaderKey),
                                                    std::string(field), std::string(what)));
}

absl::Status ReadText(object fields, std::string_view key, std::string& out) {
  std::string_view text;
  if (fields.at_key(key).get(text) != SUCCESS) return Missing(key, "a string");
  out = text;
  return absl::OkStatus();
}

}  // namespace

bool IsTokenHeader(object row) {
  element value;
  return row.at_key(kTokenHeaderKey).get(value) == SUCCESS;
}

absl::StatusOr<TokenHeader> ParseTokenHeader(object row) {
  object fields;
  if (row.at_key(kTokenHeaderKey).get(fields) != SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: need an object", std::string(kTokenHeaderKey)));
  }
  uint64_t format = 0;
  if (fields.at_key("format").get(format) != SUCCESS || format != kFormat) {
    return Missing("format", absl::StrFormat("%d: another version of specctl wrote this file; make "
                                             "it again by `specctl dataset tokenize`",
                                             kFormat));
  }
  TokenHeader header;
  for (const auto& [key, out] : {std::pair("tokenizer", &header.tokenizer),
                                 std::pair("tokenizer_sha256", &header.tokenizer_sha256),
                                 std::pair("chat_template_sha256", &header.chat_template_sha256)}) {
    if (absl::Status read = ReadText(fields, key, *out); !read.ok()) return read;
  }
  if (fields.at_key("vocab_tokens").get(header.vocab_tokens) != SUCCESS) {
    return Missing("vocab_tokens", "a number");
  }
  simdjson::dom::array ends;
  if (fields.at_key("eos_token_ids").get(ends) != SUCCESS) return header;
  for (const element value : ends) {
    uint64_t id = 0;
    if (value.get(id) != SUCCESS || id > std::numeric_limits<uint32_t>::max()) {
      return Missing("eos_token_ids", "token ids");
    }
    header.eos_token_ids.push_back(static_cast<uint32_t>(id));
  }
  return header;
}

}  // namespace specctl
