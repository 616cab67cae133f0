#include "common/security/peer_role.h"

namespace specctl {

std::string_view NameOf(PeerRole role) {
  // A common name without its prefix.
  return CommonNameOf(role).substr(std::string_view("specctl-").size());
}

std::optional<PeerRole> RoleNamed(std::string_view name) {
  for (const PeerRole role : kPeerRoles) {
    if (NameOf(role) == name) return role;
  }
  return std::nullopt;
}

std::string_view CommonNameOf(PeerRole role) {
  switch (role) {
    case PeerRole::kController:
      return "specctl-controller";
    case PeerRole::kAgent:
      return "specctl-agent";
    case PeerRole::kClient:
      return "specctl-client";
  }
  return {};
}

std::optional<PeerRole> RoleOfCommonName(std::string_view common_name) {
  for (const PeerRole role : kPeerRoles) {
    if (CommonNameOf(role) == common_name) return role;
  }
  return std::nullopt;
}

}  // namespace specctl
