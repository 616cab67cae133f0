// Response heads as servers write them, in the form that the standard asks for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace specctl {

// Length of the head that `text` begins with, its blank line included; npos: its end is yet to
// come.  Lines end in CR LF or in LF alone (RFC 9112, section 2.2).
size_t HeadLength(std::string_view text);

// `head`, a whole one, with what servers get wrong and its meaning is plain set right:
// - lines that end in LF alone, and spaces before a field's colon (RFC 9112, sections 2.2, 5.1);
// - a status line without a reason phrase and the space before it (section 4);
// - Content-Length beside a chunked body, which goes before it (section 6.3), and the same
//   Content-Length said again; a Transfer-Encoding "identity", which is none.
// Everything else stays as it is.
std::string PlainHead(std::string_view head);

}  // namespace specctl
