// Who a certificate speaks for: its subject's common name says the role.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace specctl {

enum class PeerRole : uint8_t { kController, kAgent, kClient };

inline constexpr std::array kPeerRoles = {PeerRole::kController, PeerRole::kAgent,
                                          PeerRole::kClient};

// "controller", "agent", "client": what files, flags and messages call it.
std::string_view NameOf(PeerRole role);
std::optional<PeerRole> RoleNamed(std::string_view name);

// "specctl-controller", "specctl-agent", "specctl-client".
std::string_view CommonNameOf(PeerRole role);
// Nothing where `common_name` is not exactly one of these.
std::optional<PeerRole> RoleOfCommonName(std::string_view common_name);

}  // namespace specctl
