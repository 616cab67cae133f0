// RequestFields: the members of a request's JSON body, read with the checks of an API server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "tools/sim/request_words.h"

namespace specctl::sim {

// The first error found stays.  A member that is null counts as absent.  Not thread-safe; `body`
// and `words` must outlive it.
class RequestFields {
 public:
  RequestFields(const boost::json::object& body, const RequestWords& words)
      : body_(body), words_(words) {}

  // nullptr where the member is absent.
  const boost::json::value* Find(std::string_view name) const;
  // As Find(); its absence is an error.
  const boost::json::value* Require(std::string_view name);
  // What an absent member, or one of another type, counts as: false, nullopt, "".
  bool Bool(std::string_view name);
  std::optional<int64_t> Integer(std::string_view name);
  std::optional<double> Number(std::string_view name);
  std::string String(std::string_view name);

  void Invalid(std::string_view kind, std::string_view name, std::string_view text,
               const boost::json::value& input);
  void Fail(ApiError error);

  const RequestWords& words() const { return words_; }
  const boost::json::object& body() const { return body_; }
  const std::optional<ApiError>& error() const { return error_; }

 private:
  const boost::json::object& body_;
  const RequestWords& words_;
  std::optional<ApiError> error_;
};

// As Python's API servers print a value in an error: 'text', True, "'<list of 2 items>'".
std::string PythonInput(const boost::json::value& value);

}  // namespace specctl::sim
