#include "common/compare/spec_differences.h"

#include <algorithm>
#include <map>
#include <utility>

#include <boost/json.hpp>

#include "common/base/json_writer.h"
#include "common/report/artifacts.h"

namespace specctl {
namespace {

namespace json = boost::json;

using Fields = std::vector<std::pair<std::string, std::string>>;

bool IsList(const json::array& values) {
  return std::none_of(values.begin(), values.end(),
                      [](const json::value& value) { return value.is_structured(); });
}

std::string ScalarText(const json::value& value) {
  if (const json::string* text = value.if_string()) return {text->data(), text->size()};
  // serialize() would write 0.5 as 5E-1.
  if (const double* number = value.if_double()) return FormatDouble(*number);
  return json::serialize(value);
}

void Flatten(const std::string& path, const json::value& value, Fields& fields) {
  const auto below = [&](std::string_view key) {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
  };
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      const std::string_view key(member.key().data(), member.key().size());
      Flatten(below(key), member.value(), fields);
    }
  } else if (const json::array* array = value.if_array(); array != nullptr && IsList(*array)) {
    std::string list;
    for (const json::value& element : *array) {
      list += (list.empty() ? "" : ", ") + ScalarText(element);
    }
    fields.emplace_back(path, std::move(list));
  } else if (array != nullptr) {
    size_t index = 0;
    for (const json::value& element : *array)
      Flatten(below(std::to_string(index++)), element, fields);
  } else {
    fields.emplace_back(path, ScalarText(value));
  }
}

// The spec's fields stand without its name; what tells runs apart anyway is left out.
Fields FieldsOf(const Results& results) {
  static constexpr std::string_view kLeftOut[] = {"schema_version", "run_id", "begun_unix_ns",
                                                  "t0_unix_ns",     "agents", "notes"};
  Fields fields;
  // Of run.json, so that a new field of the spec is compared without a word here.
  const json::value run = json::parse(RunJson(results));
  for (const auto& member : run.as_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(std::begin(kLeftOut), std::end(kLeftOut), key) != std::end(kLeftOut)) continue;
    Flatten(key == "spec" ? std::string() : std::string(key), member.value(), fields);
  }
  return fields;
}

}  // namespace

std::vector<SpecDifference> SpecDifferences(const Results& a, const Results& b) {
  // In run.json's order, first A's fields, then those that B alone has.
  const Fields of_a = FieldsOf(a), of_b = FieldsOf(b);
  const std::map<std::string, std::string> values_of_a(of_a.begin(), of_a.end()),
      values_of_b(of_b.begin(), of_b.end());
  std::vector<SpecDifference> differences;
  for (const auto& [field, value] : of_a) {
    const auto other = values_of_b.find(field);
    const std::string in_b = other == values_of_b.end() ? std::string() : other->second;
    if (in_b != value) differences.push_back({.field = field, .a = value, .b = in_b});
  }
  for (const auto& [field, value] : of_b) {
    const bool only_in_b = !values_of_a.contains(field) && !value.empty();
    if (only_in_b) differences.push_back({.field = field, .a = "", .b = value});
  }
  return differences;
}

}  // namespace specctl
