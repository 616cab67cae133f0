// Text of JSON strings.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// Appends the text that `raw`, what stands between the quotes of a JSON string, means (RFC 8259,
// section 7); it is never longer than `raw`.  Half a surrogate pair becomes U+FFFD, since engines
// that cut text between tokens send such halves.  False, with a part appended, where an escape is
// none.
bool UnescapeJson(std::string_view raw, std::string& out);

}  // namespace specctl
