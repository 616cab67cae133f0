#include "tools/specctl/agent_command.h"

#include <memory>

#include "agent/session/agent_process.h"
#include "tools/specctl/version.h"

namespace specctl::cli {

void AddAgentCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand(
      "agent", "Joins a controller, applies its share of one run's load, and exits");
  auto options = std::make_shared<agent::AgentOptions>();
  options->specctl_version = kVersion;
  auto* controller = command->add_option("--controller", options->controller_address,
                                         "HOST:PORT of the controller to join");
  command->add_option("--join-token", options->join_token, "What the controller asks of agents")
      ->envname("SPECCTL_JOIN_TOKEN")
      ->needs(controller);
  auto* spawned = command->add_option("--spawned-fd", options->parent_fd,
                                      "For specctl run alone: the pipe from the parent process");
  spawned->group("");
  command->callback([options, controller, spawned, &exit_status] {
    if (controller->count() + spawned->count() == 0) {
      throw CLI::RequiredError("--controller HOST:PORT");
    }
    // Not CLI11's excludes(): --help would name a flag that it hides.
    if (controller->count() > 0 && spawned->count() > 0) {
      throw CLI::ExcludesError("--spawned-fd", "--controller");
    }
    exit_status = agent::RunAgent(*options);
  });
}

}  // namespace specctl::cli
