// URLs from servers in messages.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// `url` as one line of at most 200 bytes, without the name and password that it may hold.
std::string ShownUrl(std::string_view url);

}  // namespace specctl
