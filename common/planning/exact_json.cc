#include "common/planning/exact_json.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

namespace specctl {
namespace {

namespace json = boost::json;

// Builds the value; numbers come from their digits.
class ExactHandler {
 public:
  // What Boost.JSON's parser asks of a handler.
  static constexpr size_t max_object_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_array_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_key_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_string_size = std::numeric_limits<size_t>::max();
  using Error = json::error_code;

  ExactHandler() { stack_.reset(); }
  json::value Release() { return stack_.release(); }

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return true; }
  bool on_object_end(size_t size, Error&) {
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(size_t size, Error&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view text, size_t, Error&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_key(json::string_view text, size_t, Error&) {
    stack_.push_key(text);
    return true;
  }
  bool on_string_part(json::string_view text, size_t, Error&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_string(json::string_view text, size_t, Error&) {
    stack_.push_string(text);
    return true;
  }
  bool on_number_part(json::string_view text, Error&) {
    digits_.append(text.data(), text.size());
    return true;
  }
  bool on_int64(int64_t number, json::string_view, Error&) {
    digits_.clear();
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(uint64_t number, json::string_view, Error&) {
    digits_.clear();
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view text, Error&) {
    digits_.append(text.data(), text.size());
    double exact = number;
    // Beyond a double's range the parser's own infinity stands.
    const auto read = std::from_chars(digits_.data(), digits_.data() + digits_.size(), exact);
    stack_.push_double(read.ec == std::errc() ? exact : number);
    digits_.clear();
    return true;
  }
  bool on_bool(bool value, Error&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(Error&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, Error&) { return true; }
  bool on_comment(json::string_view, Error&) { return true; }

 private:
  json::value_stack stack_;
  std::string digits_;  // of the number that is being read
};

}  // namespace

json::value ParseExactJson(std::string_view text, boost::system::error_code& error) {
  json::basic_parser<ExactHandler> parser{json::parse_options()};
  const size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error) return nullptr;
  if (read < text.size()) {
    error = json::error::extra_data;
    return nullptr;
  }
  return parser.handler().Release();
}

}  // namespace specctl
