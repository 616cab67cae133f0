#include "common/dataset/prepared_pins.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <simdjson.h>

namespace specctl {
namespace {

namespace fs = std::filesystem;
using simdjson::SUCCESS;
using simdjson::dom::object;

constexpr uint64_t kFormat = 1;

std::string TextOf(object fields, std::string_view key) {
  std::string_view text;
  return fields.at_key(key).get(text) == SUCCESS ? std::string(text) : std::string();
}

PreparedPins PinsOf(object entry) {
  PreparedPins pins{.sha256 = TextOf(entry, "sha256")};
  const std::string dataset = TextOf(entry, "dataset");
  const std::string revision = TextOf(entry, "revision");
  if (!revision.empty()) pins.revision = dataset.empty() ? revision : dataset + "@" + revision;
  object resolver;
  if (entry.at_key("resolver").get(resolver) == SUCCESS) {
    pins.resolver_sha256 = TextOf(resolver, "sha256");
  }
  return pins;
}

}  // namespace

absl::StatusOr<std::optional<PreparedPins>> ParsePreparedPins(std::string_view prepared_json,
                                                              std::string_view file_name) {
  simdjson::dom::parser parser;
  object root, configs;
  if (const auto error = parser.parse(simdjson::padded_string(prepared_json)).get(root)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("not a JSON object (%s)", simdjson::error_message(error)));
  }
  uint64_t format = 0;
  if (root.at_key("format").get(format) != SUCCESS || format != kFormat ||
      root.at_key("configs").get(configs) != SUCCESS) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "need format %d with configs: another version of specctl wrote it", kFormat));
  }
  for (const auto& config : configs) {
    object entry;
    if (config.value.get(entry) != SUCCESS || TextOf(entry, "file") != file_name) continue;
    return std::optional(PinsOf(entry));
  }
  return std::optional<PreparedPins>();
}

absl::StatusOr<std::optional<PreparedPins>> PinsBeside(const std::string& rows_path) {
  const fs::path rows(rows_path);
  const fs::path prepared = rows.parent_path() / "prepared.json";
  std::ifstream in(prepared, std::ios::binary);
  if (!in) return std::optional<PreparedPins>();
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto pins = ParsePreparedPins(text, rows.filename().string());
  if (pins.ok()) return pins;
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: %s; delete it if the prompts' revision doesn't matter",
                      prepared.string(), std::string(pins.status().message())));
}

}  // namespace specctl
