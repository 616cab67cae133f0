// The flags of what can be measured by a controller's agents instead of ones that are started here.
#pragma once

#include <optional>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "common/base/clock.h"
#include "tools/specctl/connection_flags.h"

namespace specctl::cli {

struct RemoteFlags {
  ConnectionFlags connection;  // no controller: it is measured here
  bool detach = false;
  std::optional<Nanos> wait_agents;

  bool is_remote() const { return connection.is_remote(); }
  // How long the agents that are asked for may be missing.
  Nanos AgentsPatience() const;
};

// Defines them on `app`, in the group "Controller" of its help; all but --detach.
void AddRemoteFlags(CLI::App& app, RemoteFlags& flags);
void AddDetachFlag(CLI::App& app, RemoteFlags& flags);

// INVALID_ARGUMENT: one that needs another.
absl::Status CheckRemoteFlags(const RemoteFlags& flags);

}  // namespace specctl::cli
