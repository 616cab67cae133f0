#include "tools/sim/python_path.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

namespace specctl::sim {

std::string PythonPath(std::string_view where) {
  std::string out = "(";
  size_t parts = 0;
  for (const absl::string_view part :
       absl::StrSplit(absl::string_view(where.data(), where.size()), '.')) {
    if (parts++ > 0) out += ", ";
    int number = 0;
    out += absl::SimpleAtoi(part, &number) ? std::string(part)
                                           : absl::StrFormat("'%s'", std::string(part));
  }
  return out + (parts == 1 ? ",)" : ")");
}

}  // namespace specctl::sim
