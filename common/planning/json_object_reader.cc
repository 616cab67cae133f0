#include "common/planning/json_object_reader.h"

#include <cmath>
#include <limits>

#include <absl/strings/str_format.h>
#include <boost/json.hpp>

#include "common/base/printable.h"
#include "common/planning/exact_json.h"

namespace specctl {

void JsonErrors::Add(std::string_view place, std::string_view what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(
      absl::StrFormat("%s: %s%s%s", path_, Printable(place), place.empty() ? "" : ": ", what));
}

const boost::json::value* JsonObjectReader::Find(std::string_view key) const {
  const boost::json::value* const value =
      object_.if_contains(boost::json::string_view(key.data(), key.size()));
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string JsonObjectReader::PlaceOf(std::string_view key) const {
  return place_.empty() ? std::string(key) : place_ + "." + std::string(key);
}

void JsonObjectReader::Fail(std::string_view key, std::string_view what) const {
  errors_.Add(PlaceOf(key), what);
}

std::string JsonObjectReader::Text(std::string_view key) const {
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return "";
  if (!value->is_string()) {
    Fail(key, "need a text");
    return "";
  }
  return std::string(value->get_string().data(), value->get_string().size());
}

std::string JsonObjectReader::NeedText(std::string_view key) const {
  std::string text = Text(key);
  if (text.empty()) Fail(key, "need a text that is not empty");
  return text;
}

std::optional<double> JsonObjectReader::Number(std::string_view key) const {
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<double>(error);
  if (error || !std::isfinite(number)) {
    Fail(key, "need a number");
    return std::nullopt;
  }
  return number;
}

double JsonObjectReader::NeedNumber(std::string_view key) const {
  const std::optional<double> number = Number(key);
  if (!number) Fail(key, "need a number");
  return number.value_or(0);
}

std::optional<uint64_t> JsonObjectReader::Count(std::string_view key) const {
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto count = value->to_number<uint64_t>(error);
  if (error) {
    Fail(key, "need a whole number, not below 0");
    return std::nullopt;
  }
  return count;
}

std::optional<int64_t> JsonObjectReader::Integer(std::string_view key) const {
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<int64_t>(error);
  if (error) {
    Fail(key, "need a whole number");
    return std::nullopt;
  }
  return number;
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
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) {
    Fail(key, "need true or false");
    return std::nullopt;
  }
  return value->get_bool();
}

std::vector<std::string> JsonObjectReader::Texts(std::string_view key) const {
  std::vector<std::string> texts;
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return texts;
  if (!value->is_array()) Fail(key, "need a list of texts");
  if (!value->is_array()) return texts;
  for (const boost::json::value& each : value->get_array()) {
    if (each.is_string()) {
      texts.emplace_back(each.get_string().data(), each.get_string().size());
    } else {
      Fail(key, "need a list of texts");
    }
  }
  return texts;
}

std::vector<double> JsonObjectReader::Numbers(std::string_view key) const {
  std::vector<double> numbers;
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return numbers;
  if (!value->is_array()) Fail(key, "need a list of numbers");
  if (!value->is_array()) return numbers;
  for (const boost::json::value& each : value->get_array()) {
    boost::system::error_code error;
    numbers.push_back(each.to_number<double>(error));
    if (error) Fail(key, "need a list of numbers");
  }
  return numbers;
}

void JsonObjectReader::ForObject(std::string_view key, const EachObject& read) const {
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return;
  if (!value->is_object()) {
    Fail(key, "need an object");
    return;
  }
  read(JsonObjectReader(value->get_object(), PlaceOf(key), errors_));
}

void JsonObjectReader::ForObjects(std::string_view key, const EachObject& read) const {
  const boost::json::value* const value = Find(key);
  if (value == nullptr) return;
  if (!value->is_array()) {
    Fail(key, "need a list of objects");
    return;
  }
  size_t index = 0;
  for (const boost::json::value& each : value->get_array()) {
    const std::string place = absl::StrFormat("%s[%d]", PlaceOf(key), index++);
    if (!each.is_object()) {
      errors_.Add(place, "need an object");
      return;
    }
    read(JsonObjectReader(each.get_object(), place, errors_));
  }
}

void JsonObjectReader::ForMembers(const EachMember& read) const {
  for (const auto& member : object_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (!member.value().is_object()) {
      Fail(key, "need an object");
      return;
    }
    read(key, JsonObjectReader(member.value().get_object(), PlaceOf(key), errors_));
  }
}

absl::StatusOr<boost::json::value> ParseJsonObject(const std::string& path, std::string_view text) {
  boost::system::error_code error;
  boost::json::value value = ParseExactJson(text, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: is not JSON: %s", path, error.message()));
  }
  if (!value.is_object()) {
    return absl::InvalidArgumentError(absl::StrFormat("%s: need a JSON object", path));
  }
  return value;
}

}  // namespace specctl
