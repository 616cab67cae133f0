// ParseExactJson: JSON whose numbers read as the doubles that wrote them.
#pragma once

#include <string_view>

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

namespace specctl {

// As boost::json::parse(), whose numbers with many digits are off by a unit in the last place: a
// file that is read and written again would not be the same.
boost::json::value ParseExactJson(std::string_view text, boost::system::error_code& error);

}  // namespace specctl
