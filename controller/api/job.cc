#include "controller/api/job.h"

#include <algorithm>
#include <array>

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

}  // namespace specctl::controller
