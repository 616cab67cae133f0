#include "common/engine/request_dialect.h"

#include <algorithm>
#include <utility>

#include <simdjson.h>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

constexpr std::string_view kFields = "fields";
constexpr std::string_view kIgnoreUsage = "ignore_usage_on_chunks";
constexpr std::string_view kCloses = "closes_after_stream";

absl::Status BadDialect(const char* what) {
  return absl::InvalidArgumentError(std::string("request dialect: need ") + what);
}

void AddFlags(std::span<const std::string_view> flags, std::vector<RequestField>& fields) {
  for (const std::string_view flag : flags) fields.push_back({std::string(flag), "true"});
}

}  // namespace

std::vector<RequestField> StreamFields(const StreamRequests& requests) {
  std::vector<RequestField> fields;
  const bool continuous = requests.usage && requests.continuous_usage;
  if (requests.usage) {
    fields.push_back(
        {"stream_options", continuous ? R"({"include_usage":true,"continuous_usage_stats":true})"
                                      : R"({"include_usage":true})"});
  }
  if (!continuous) AddFlags(requests.instead_of_usage, fields);
  AddFlags(requests.flags, fields);
  const bool has_ids = std::any_of(fields.begin(), fields.end(), [&](const RequestField& field) {
    return field.key == requests.ids_key;
  });
  if (requests.reply_ids && !requests.ids_key.empty() && !has_ids) {
    fields.push_back({std::string(requests.ids_key), std::string(requests.ids_json)});
  }
  return fields;
}

std::string EncodeDialect(const RequestDialect& dialect) {
  JsonWriter json;
  json.BeginObject();
  json.Key(kFields);
  json.BeginObject();
  for (const RequestField& field : dialect.stream_fields) {
    json.Key(field.key);
    json.RawValue(field.json);
  }
  json.EndObject();
  if (dialect.ignore_usage_on_chunks) json.Field(kIgnoreUsage, true);
  if (dialect.closes_after_stream) json.Field(kCloses, true);
  json.EndObject();
  return std::move(json).Take();
}

absl::StatusOr<RequestDialect> DecodeDialect(std::string_view text) {
  RequestDialect dialect;
  if (text.empty()) return dialect;
  simdjson::dom::parser parser;
  simdjson::dom::object root, fields;
  if (parser.parse(simdjson::padded_string(text)).get(root)) return BadDialect("a JSON object");
  if (root[kFields].get(fields)) return BadDialect("its fields");
  for (const auto& [key, value] : fields) {
    dialect.stream_fields.push_back({std::string(key), simdjson::minify(value)});
  }
  const auto flag = [&](std::string_view name, bool& into) {
    const auto error = root[name].get(into);
    return error == simdjson::SUCCESS || error == simdjson::NO_SUCH_FIELD;
  };
  if (!flag(kIgnoreUsage, dialect.ignore_usage_on_chunks) ||
      !flag(kCloses, dialect.closes_after_stream)) {
    return BadDialect("true or false");
  }
  return dialect;
}

}  // namespace specctl
