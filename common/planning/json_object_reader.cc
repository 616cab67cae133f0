#include "common/planning/json_object_reader.h"

#include <cmath>
#include <limits>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"

namespace specctl {
namespace {

using simdjson::dom::element;

// simdjson's own types of numbers are one here.
std::optional<double> NumberOf(const element& value) {
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

absl::StatusOr<JsonDocument> JsonDocument::Parse(const std::string& path, std::string_view text) {
  JsonDocument document;
  document.parser_ = std::make_unique<simdjson::dom::parser>();
  element value;
  if (const auto error = document.parser_->parse(text.data(), text.size()).get(value)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: is not JSON: %s", path, simdjson::error_message(error)));
  }
  if (value.get(document.root_) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(absl::StrFormat("%s: need a JSON object", path));
  }
  return document;
}

void JsonErrors::Add(std::string_view place, std::string_view what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(
      absl::StrFormat("%s: %s%s%s", path_, Printable(place), place.empty() ? "" : ": ", what));
}

std::optional<element> JsonObjectReader::Find(std::string_view key) const {
  element value;
  if (object_.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::string JsonObjectReader::PlaceOf(std::string_view key) const {
  return place_.empty() ? std::string(key) : place_ + "." + std::string(key);
}

void JsonObjectReader::Fail(std::string_view key, std::string_view what) const {
  errors_.Add(PlaceOf(key), what);
}

std::string JsonObjectReader::Text(std::string_view key) const {
  const std::optional<element> value = Find(key);
  std::string_view text;
  if (value && value->get(text) != simdjson::SUCCESS) Fail(key, "need a text");
  return std::string(text);
}

std::string JsonObjectReader::NeedText(std::string_view key) const {
  std::string text = Text(key);
  if (text.empty()) Fail(key, "need a text that is not empty");
  return text;
}

std::optional<double> JsonObjectReader::Number(std::string_view key) const {
  const std::optional<element> value = Find(key);
  if (!value) return std::nullopt;
  const std::optional<double> number = NumberOf(*value);
  if (!number) Fail(key, "need a number");
  return number;
}

double JsonObjectReader::NeedNumber(std::string_view key) const {
  const std::optional<double> number = Number(key);
  if (!number) Fail(key, "need a number");
  return number.value_or(0);
}

std::optional<uint64_t> JsonObjectReader::Count(std::string_view key) const {
  const std::optional<element> value = Find(key);
  if (!value) return std::nullopt;
  uint64_t count = 0;
  if (value->get(count) == simdjson::SUCCESS) return count;
  Fail(key, "need a whole number, not below 0");
  return std::nullopt;
}

std::optional<int64_t> JsonObjectReader::Integer(std::string_view key) const {
  const std::optional<element> value = Find(key);
  if (!value) return std::nullopt;
  int64_t number = 0;
  if (value->get(number) == simdjson::SUCCESS) return number;
  Fail(key, "need a whole number");
  return std::nullopt;
}

std::optional<uint32_t> JsonObjectReader::Count32(std::string_view key) const {
  const std::optional<uint64_t> count = Count(key);
  if (!count) return std::nullopt;
  if (*count > std::numeric_limits<uint32_t>::max()) {
    Fail(key, "need a number below 2^32");
    return std::nullopt;
  }
  return static_cast<uint32_t>(*count);
}

std::optional<bool> JsonObjectReader::Flag(std::string_view key) const {
  const std::optional<element> value = Find(key);
  if (!value) return std::nullopt;
  bool flag = false;
  if (value->get(flag) == simdjson::SUCCESS) return flag;
  Fail(key, "need true or false");
  return std::nullopt;
}

std::vector<std::string> JsonObjectReader::Texts(std::string_view key) const {
  std::vector<std::string> texts;
  const std::optional<element> value = Find(key);
  if (!value) return texts;
  simdjson::dom::array list;
  if (value->get(list) != simdjson::SUCCESS) Fail(key, "need a list of texts");
  for (const element each : list) {
    std::string_view text;
    if (each.get(text) != simdjson::SUCCESS) Fail(key, "need a list of texts");
    texts.emplace_back(text);
  }
  return texts;
}

std::vector<double> JsonObjectReader::Numbers(std::string_view key) const {
  std::vector<double> numbers;
  const std::optional<element> value = Find(key);
  if (!value) return numbers;
  simdjson::dom::array list;
  if (value->get(list) != simdjson::SUCCESS) Fail(key, "need a list of numbers");
  for (const element each : list) {
    const std::optional<double> number = NumberOf(each);
    if (!number) Fail(key, "need a list of numbers");
    numbers.push_back(number.value_or(0));
  }
  return numbers;
}

void JsonObjectReader::ForObject(std::string_view key, const EachObject& read) const {
  const std::optional<element> value = Find(key);
  if (!value) return;
  simdjson::dom::object object;
  if (value->get(object) != simdjson::SUCCESS) {
    Fail(key, "need an object");
    return;
  }
  read(JsonObjectReader(object, PlaceOf(key), errors_));
}

void JsonObjectReader::ForObjects(std::string_view key, const EachObject& read) const {
  const std::optional<element> value = Find(key);
  if (!value) return;
  simdjson::dom::array list;
  if (value->get(list) != simdjson::SUCCESS) {
    Fail(key, "need a list of objects");
    return;
  }
  size_t index = 0;
  for (const element each : list) {
    const std::string place = absl::StrFormat("%s[%d]", PlaceOf(key), index++);
    simdjson::dom::object object;
    if (each.get(object) != simdjson::SUCCESS) {
      errors_.Add(place, "need an object");
      return;
    }
    read(JsonObjectReader(object, place, errors_));
  }
}

void JsonObjectReader::ForMembers(const EachMember& read) const {
  for (const simdjson::dom::key_value_pair member : object_) {
    simdjson::dom::object object;
    if (member.value.get(object) != simdjson::SUCCESS) {
      Fail(member.key, "need an object");
      return;
    }
    read(member.key, JsonObjectReader(object, PlaceOf(member.key), errors_));
  }
}

}  // namespace specctl
