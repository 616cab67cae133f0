// Which role may make which calls.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "common/security/peer_role.h"

namespace specctl {

// The roles that may make the calls of a service.
struct ServiceRule {
  std::string service;  // "specctl.v1.AgentSession"
  std::vector<PeerRole> roles;
};

// Whether the peer whose certificate has `common_name` (empty: it has none) may make `call`, which
// `roles` may.
// UNAUTHENTICATED    it has no certificate
// PERMISSION_DENIED  its role is another, or none; names the role and the call
// Pure.
struct Caller {
  std::string common_name, call;
};
absl::Status CheckCaller(const Caller& caller, std::span<const PeerRole> roles);

// The same of a call's path, "/specctl.v1.AgentSession/Session", by the rule of its service; what
// no rule names is refused.
absl::Status CheckPath(const Caller& caller, std::span<const ServiceRule> rules);

}  // namespace specctl
