#include "tools/specctl/agent_command.h"

#include <cstdlib>
#include <memory>
#include <string>

#include "agent/session/agent_process.h"
#include "tools/specctl/version.h"

namespace specctl::cli {

namespace {

// Not AgentOptions, whose credentials begin gRPC and its threads: those would be in every command's
// process, and have signals of their own.
struct AgentFlags {
  std::string controller_address, join_token;
  int parent_fd = -1;
};

int RunAgentOf(const AgentFlags& flags) {
  // gRPC's own log lines are no use to users: what fails is said by this program.  Before the
  // options, whose credentials begin gRPC: it looks at this once.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  agent::AgentOptions options;
  options.specctl_version = kVersion;
  options.controller_address = flags.controller_address;
  options.join_token = flags.join_token;
  options.parent_fd = flags.parent_fd;
  return agent::RunAgent(options);
}

}  // namespace

void AddAgentCommand(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("agent", "Join a controller and take part in its runs until dismissed");
  const auto flags = std::make_shared<AgentFlags>();
  auto* controller = command->add_option("--controller", flags->controller_address,
                                         "HOST:PORT of the controller to join");
  command
      ->add_option("--join-token", flags->join_token,
                   "Token that the controller requires of agents")
      ->envname("SPECCTL_JOIN_TOKEN")
      ->needs(controller);
  auto* spawned =
      command->add_option("--spawned-fd", flags->parent_fd,
                          "For agents that specctl starts: the pipe from the parent process");
  spawned->group("");
  command->callback([flags, controller, spawned, &exit_status] {
    if (controller->count() + spawned->count() == 0) {
      throw CLI::RequiredError("--controller HOST:PORT");
    }
    // Not CLI11's excludes(): --help would name a flag that it hides.
    if (controller->count() > 0 && spawned->count() > 0) {
      throw CLI::ExcludesError("--spawned-fd", "--controller");
    }
    exit_status = RunAgentOf(*flags);
  });
}

}  // namespace specctl::cli
