#include "tools/sim/flavour.h"

#include <absl/strings/str_format.h>

namespace specctl::sim {

bool KeyIsRight(const HttpRequest& request, std::string_view api_key) {
  return api_key.empty() || request.authorization == absl::StrFormat("Bearer %s", api_key);
}

}  // namespace specctl::sim
