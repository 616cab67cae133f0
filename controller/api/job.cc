#include "controller/api/job.h"

#include <algorithm>
#include <array>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"

namespace specctl::controller {
namespace {

constexpr size_t kJobIdMax = 64;

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string_view NameOf(JobState state) {
  static constexpr std::array<std::string_view, 6> kNames = {"queued", "needs_secret", "running",
                                                             "done",   "failed",       "cancelled"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view NameOf(JobKind kind) { return kind == JobKind::kSweep ? "sweep" : "run"; }

bool IsJobId(std::string_view id) {
  if (id.empty() || id.size() > kJobIdMax || !IsLetterOrDigit(id.front())) return false;
  return std::all_of(id.begin(), id.end(),
                     [](char c) { return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

absl::Status CheckJobId(std::string_view id) {
  if (IsJobId(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "id: need 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first, got %s",
      Printable(id.substr(0, 2 * kJobIdMax))));
}

}  // namespace specctl::controller
