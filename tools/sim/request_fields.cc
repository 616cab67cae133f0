#include "tools/sim/request_fields.h"

#include <absl/strings/str_format.h>

#include <utility>

#include "tools/sim/python_float.h"

namespace specctl::sim {

namespace json = boost::json;

std::string PythonInput(const json::value& value) {
  if (value.is_string()) return absl::StrFormat("'%s'", std::string(value.as_string()));
  if (value.is_object()) return absl::StrFormat("'<dict of %d items>'", value.as_object().size());
  if (value.is_array()) return absl::StrFormat("'<list of %d items>'", value.as_array().size());
  if (value.is_bool()) return value.as_bool() ? "True" : "False";
  if (value.is_null()) return "None";
  if (value.is_double()) return PythonFloat(value.as_double());
  return json::serialize(value);
}

const json::value* RequestFields::Find(std::string_view name) const {
  const json::value* found = body_.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

const json::value* RequestFields::Require(std::string_view name) {
  const json::value* found = Find(name);
  if (found == nullptr) Invalid("missing", name, "Field required", body_);
  return found;
}

bool RequestFields::Bool(std::string_view name) {
  const json::value* found = Find(name);
  if (found == nullptr) return false;
  if (!found->is_bool()) {
    Invalid("bool_type", name, "Input should be a valid boolean", *found);
    return false;
  }
  return found->as_bool();
}

std::optional<int64_t> RequestFields::Integer(std::string_view name) {
  const json::value* found = Find(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_int64()) return found->as_int64();
  // Beyond int64: larger than any limit, which then says so.
  if (found->is_uint64()) return INT64_MAX;
  Invalid(found->is_string() ? "int_parsing" : "int_type", name,
          found->is_string()
              ? "Input should be a valid integer, unable to parse string as an integer"
              : "Input should be a valid integer",
          *found);
  return std::nullopt;
}

std::optional<double> RequestFields::Number(std::string_view name) {
  const json::value* found = Find(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_number()) return found->to_number<double>();
  Invalid("float_type", name, "Input should be a valid number", *found);
  return std::nullopt;
}

std::string RequestFields::String(std::string_view name) {
  const json::value* found = Find(name);
  if (found == nullptr) return "";
  if (found->is_string()) return std::string(found->as_string());
  Invalid("string_type", name, "Input should be a valid string", *found);
  return "";
}

void RequestFields::Invalid(std::string_view kind, std::string_view name, std::string_view text,
                            const json::value& input) {
  const std::string where = absl::StrFormat("body.%s", name);
  const std::string shown = PythonInput(input);
  Fail(words_.Invalid({.kind = kind, .where = where, .text = text, .input = shown}));
}

void RequestFields::Fail(ApiError error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace specctl::sim
