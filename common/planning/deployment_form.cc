#include "common/planning/deployment_form.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>

namespace specctl {

std::string FilePart(const std::string& text) {
  std::string part;
  for (const char c : text) {
    const bool kept = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_';
    if (kept) {
      part += c;
    } else if (!part.empty() && part.back() != '-') {
      part += '-';
    }
  }
  while (part.ends_with('-')) part.pop_back();
  return part;
}

std::string CommentsOf(const DeploymentForm& form) {
  std::string out = "# " + form.what + "\n# runs: " + absl::StrJoin(form.runs, ", ") + "\n";
  for (const std::string& note : form.notes) out += "# " + note + "\n";
  return out;
}

}  // namespace specctl
