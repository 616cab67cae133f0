// PythonPath: where in a request an error is, as Python's API servers print it.
#pragma once

#include <string>
#include <string_view>

namespace specctl::sim {

// "body.messages.0.role" as a tuple: ('body', 'messages', 0, 'role').
std::string PythonPath(std::string_view where);

}  // namespace specctl::sim
