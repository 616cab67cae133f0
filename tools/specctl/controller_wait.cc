#include "tools/specctl/controller_wait.h"

#include <string>

#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>

#include "common/base/duration.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {

bool ControllerWait::TriesAgain(const absl::Status& tried, std::string_view controller) {
  const bool absent = absl::IsUnavailable(tried) || absl::IsDeadlineExceeded(tried);
  if (!absent || over()) return false;
  if (std::exchange(told_, true)) return true;
  const std::string wait = absl::StrReplaceAll(FormatDuration(wait_), {{" ", ""}});
  Say(absl::StrFormat("controller %s is not reached yet; waiting for it (--wait-agents %s): %s",
                      controller, wait, std::string(tried.message())));
  return true;
}

}  // namespace specctl::cli
