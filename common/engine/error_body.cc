#include "common/engine/error_body.h"

#include <absl/strings/str_format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "common/engine/one_line.h"

namespace specctl {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMessageBytesMax = 300;
constexpr size_t kBodyBytesMax = 1 << 20;  // of what is looked into

std::string TextOf(dom::object object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) ? std::string() : std::string(text);
}

// Some servers write the code as a string.
int64_t CodeOf(dom::object object) {
  int64_t code = 0;
  if (!object["code"].get(code)) return code;
  const std::string text = TextOf(object, "code");
  std::from_chars(text.data(), text.data() + text.size(), code);
  return code;
}

void ReadFields(dom::object object, ErrorBody& out) {
  out.message = TextOf(object, "message");
  out.type = TextOf(object, "type");
  out.param = TextOf(object, "param");
  out.code = CodeOf(object);
}

// FastAPI: a text, or a list of {"loc": [...], "msg": ...}.
std::string DetailText(dom::element detail) {
  std::string_view text;
  if (!detail.get(text)) return std::string(text);
  return simdjson::minify(detail);
}

bool IsFalsy(dom::element element) {
  std::string_view text;
  if (!element.get(text)) return text.empty();
  if (element.is_object()) return element.get_object().value_unsafe().size() == 0;
  if (element.is_array()) return element.get_array().value_unsafe().size() == 0;
  bool yes = false;
  double number = 1;
  if (!element.get(yes)) return !yes;
  return element.is_null() || (!element.get(number) && number == 0);
}

void ReadObject(dom::object root, ErrorBody& out) {
  dom::element error;
  dom::object object;
  std::string_view text;
  // The object itself may be the error, as with older vLLM, or have FastAPI's `detail`.
  if (root["error"].get(error) || IsFalsy(error)) {
    ReadFields(root, out);
    if (out.message.empty() && !root["detail"].get(error)) out.message = DetailText(error);
  } else if (!error.get(object)) {
    ReadFields(object, out);
    if (out.message.empty()) out.message = simdjson::minify(object);
  } else if (!error.get(text)) {
    ReadFields(root, out);
    out.message = text;
  } else {
    out.message = simdjson::minify(error);
  }
}

void ReadRoot(dom::element root, ErrorBody& out) {
  dom::object object;
  std::string_view text;
  if (!root.get(object)) {
    ReadObject(object, out);
    out.is_error = !out.message.empty();
  } else if (!root.get(text)) {
    out.message = text;
  }
}

bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

// By type and parameter where the engine sends them, else by its words: vLLM and OpenAI, SGLang,
// TensorRT-LLM, llama.cpp.
bool IsContextOverflow(const ErrorBody& error, uint32_t status) {
  // 200: in an event of the stream.
  if (status != 200 && (status < 400 || status > 422)) return false;
  if (error.type == "exceed_context_size_error" || error.param == "input_tokens") return true;
  return ContainsAny(
      error.message,
      {"maximum context length", "model's context length", "context_length_exceeded",
       "exceeds the available context size", "cannot be greater than max_model_len",
       "max_completion_tokens is too large", "longer than the maximum model length",
       "exceed max_seq_len", "exceeds max_seq_len", "exceeds the maximum sequence length"});
}

}  // namespace

ErrorBody ParseErrorBody(std::string_view body, uint32_t http_status) {
  ErrorBody out;
  body = body.substr(0, kBodyBytesMax);
  dom::parser parser;
  dom::element root;
  if (!parser.parse(simdjson::padded_string(body)).get(root)) ReadRoot(root, out);
  out.message =
      OneLine(out.message.empty() ? body : std::string_view(out.message), kMessageBytesMax);
  if (out.message.empty()) out.message = absl::StrFormat("HTTP %d without a message", http_status);
  out.type = OneLine(out.type, kMessageBytesMax);
  out.param = OneLine(out.param, kMessageBytesMax);
  out.context_overflow = IsContextOverflow(out, http_status);
  return out;
}

}  // namespace specctl
