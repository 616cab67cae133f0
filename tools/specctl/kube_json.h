// Fields of what kubectl prints as JSON.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace specctl::cli {

using JsonPath = std::initializer_list<std::string_view>;

// The value at those keys; nullptr: there is none.
const boost::json::value* ValueAt(const boost::json::value& root, JsonPath path);
// The text there; empty: there is none.
std::string TextAt(const boost::json::value& root, JsonPath path);

}  // namespace specctl::cli
