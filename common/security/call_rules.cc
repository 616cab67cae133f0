#include "common/security/call_rules.h"

#include <algorithm>
#include <optional>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/printable.h"

namespace specctl {
namespace {

std::string RolesText(std::span<const PeerRole> roles) {
  return absl::StrJoin(roles, " or ", [](std::string* out, PeerRole role) {
    const std::string_view name = NameOf(role);
    out->append(name.data(), name.size());
  });
}

// "/package.Service/Method": package.Service; empty where it is no such path.
std::string_view ServiceOf(std::string_view path) {
  if (!path.starts_with('/')) return {};
  const size_t slash = path.find('/', 1);
  return slash == std::string_view::npos ? std::string_view() : path.substr(1, slash - 1);
}

}  // namespace

absl::Status CheckCaller(const Caller& caller, std::span<const PeerRole> roles) {
  const std::string call = Printable(caller.call);
  if (caller.common_name.empty()) {
    return absl::UnauthenticatedError(
        absl::StrFormat("%s: need a certificate of role %s, got none", call, RolesText(roles)));
  }
  const std::optional<PeerRole> role = RoleOfCommonName(caller.common_name);
  if (role && std::find(roles.begin(), roles.end(), *role) != roles.end()) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrFormat(
      "%s: need a certificate of role %s, got %s", call, RolesText(roles),
      role ? absl::StrFormat("one of role %s", NameOf(*role))
           : absl::StrFormat("one of '%s', which is no role", Printable(caller.common_name))));
}

absl::Status CheckPath(const Caller& caller, std::span<const ServiceRule> rules) {
  const std::string_view service = ServiceOf(caller.call);
  const auto rule = std::find_if(rules.begin(), rules.end(), [service](const ServiceRule& one) {
    return one.service == service;
  });
  if (rule != rules.end()) return CheckCaller(caller, rule->roles);
  return absl::PermissionDeniedError(
      absl::StrFormat("%s: no role may call it", Printable(caller.call)));
}

}  // namespace specctl
