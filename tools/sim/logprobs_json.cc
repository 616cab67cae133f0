#include "tools/sim/logprobs_json.h"

#include <absl/strings/str_format.h>

namespace specctl::sim {
namespace {

// Every token is as likely: nobody reads how likely.
constexpr std::string_view kLogprob = "-0.6931471805599453";

std::string BytesOf(std::string_view text) {
  std::string list;
  for (const char c : text) {
    absl::StrAppendFormat(&list, "%s%d", list.empty() ? "" : ",", static_cast<unsigned char>(c));
  }
  return list;
}

}  // namespace

std::string LogprobsOfChat(const EventTokens& tokens, EngineKind engine) {
  std::string json = R"({"content":[)";
  for (size_t i = 0; i < tokens.ids.size(); ++i) {
    if (i > 0) json += ',';
    const std::string_view text = tokens.texts[i];
    const std::string bytes = BytesOf(text);
    switch (engine) {
      case EngineKind::kSglang:
        absl::StrAppendFormat(&json,
                              R"({"token":"%s","bytes":[%s],"logprob":%s,"top_logprobs":[]})", text,
                              bytes, kLogprob);
        break;
      case EngineKind::kLlamacpp:
        absl::StrAppendFormat(
            &json, R"({"id":%d,"token":"%s","bytes":[%s],"logprob":%s,"top_logprobs":[]})",
            tokens.ids[i], text, bytes, kLogprob);
        break;
      default:
        absl::StrAppendFormat(&json,
                              R"({"token":"%s","logprob":%s,"bytes":[%s],"top_logprobs":[]})", text,
                              kLogprob, bytes);
    }
  }
  return json + "]}";
}

std::string LogprobsOfCompletion(const EventTokens& tokens, size_t text_bytes) {
  std::string offsets, logprobs, texts, top;
  for (const std::string_view text : tokens.texts) {
    const char* const comma = texts.empty() ? "" : ",";
    absl::StrAppendFormat(&offsets, "%s%d", comma, text_bytes);
    absl::StrAppendFormat(&logprobs, "%s%s", comma, kLogprob);
    absl::StrAppendFormat(&texts, R"(%s"%s")", comma, text);
    absl::StrAppendFormat(&top, R"(%s{"%s":%s})", comma, text, kLogprob);
    text_bytes += text.size();
  }
  return absl::StrFormat(
      R"({"text_offset":[%s],"token_logprobs":[%s],"tokens":[%s],"top_logprobs":[%s]})", offsets,
      logprobs, texts, top);
}

}  // namespace specctl::sim
