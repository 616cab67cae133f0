#include "common/planning/sweep_names.h"

#include <array>

#include "common/report/result_names.h"

namespace specctl {
namespace {

constexpr std::array kRoles = {PointRole::kGrid, PointRole::kAnchor, PointRole::kRepeat};
constexpr std::array kStates = {PointState::kPlanned, PointState::kDone, PointState::kSkipped,
                                PointState::kFailed};
constexpr std::array kVerdicts = {VerdictState::kValid, VerdictState::kDegraded,
                                  VerdictState::kInvalid};

// The value of `all` whose name is `name`.
template <class Values, class Name>
auto ValueNamed(const Values& all, std::string_view name, const Name& name_of)
    -> std::optional<typename Values::value_type> {
  for (const auto value : all) {
    if (name_of(value) == name) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view PointRoleName(PointRole role) {
  switch (role) {
    case PointRole::kAnchor:
      return "anchor";
    case PointRole::kRepeat:
      return "repeat";
    case PointRole::kGrid:
      break;
  }
  return "grid";
}

std::string_view PointStateName(PointState state) {
  switch (state) {
    case PointState::kDone:
      return "done";
    case PointState::kSkipped:
      return "skipped";
    case PointState::kFailed:
      return "failed";
    case PointState::kPlanned:
      break;
  }
  return "planned";
}

std::optional<PointRole> ParsePointRole(std::string_view name) {
  return ValueNamed(kRoles, name, PointRoleName);
}

std::optional<PointState> ParsePointState(std::string_view name) {
  return ValueNamed(kStates, name, PointStateName);
}

std::optional<VerdictState> ParseVerdict(std::string_view name) {
  return ValueNamed(kVerdicts, name, VerdictName);
}

}  // namespace specctl
