#include "tools/specctl/remote_flags.h"

#include <string>

#include "tools/request/flag_values.h"

namespace specctl::cli {
namespace {

// Pods take their time.
constexpr Nanos kScalePatience = std::chrono::minutes(5);

}  // namespace

Nanos RemoteFlags::AgentsPatience() const {
  return wait_agents.value_or(connection.scale ? kScalePatience : Nanos(0));
}

void AddRemoteFlags(CLI::App& app, RemoteFlags& flags) {
  AddConnectionFlags(app, flags.connection, "Controller", /*from_environment=*/false);
  app.add_flag("--scale", flags.connection.scale,
               "With --kube: see to --agents agents first (kubectl scale)")
      ->group("Controller");
  app.add_option_function<std::string>(
         "--wait-agents",
         [&flags](const std::string& text) {
           Nanos wait{0};
           const auto taken = TakeDuration("--wait-agents", text, wait);
           if (!taken.ok()) throw CLI::ValidationError(std::string(taken.message()));
           flags.wait_agents = wait;
         },
         "With --controller: wait this long for --agents to be attached, and before that for the "
         "controller itself, e.g. 5m [0s; with --scale 5m]")
      ->group("Controller");
}

void AddDetachFlag(CLI::App& app, RemoteFlags& flags) {
  app.add_flag("--detach", flags.detach,
               "With --controller: submit it, print its id and return; see specctl attach")
      ->group("Controller");
}

absl::Status CheckRemoteFlags(const RemoteFlags& flags) {
  if (flags.connection.scale && !flags.connection.kube) {
    return BadFlag("--scale", "needs --kube");
  }
  if (!flags.is_remote() && (flags.detach || flags.wait_agents)) {
    return BadFlag(flags.detach ? "--detach" : "--wait-agents",
                   "needs --controller HOST:PORT or --kube");
  }
  return absl::OkStatus();
}

}  // namespace specctl::cli
