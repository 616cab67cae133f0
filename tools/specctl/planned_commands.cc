#include "tools/specctl/planned_commands.h"

namespace specctl::cli {

void AddPlannedCommands(CLI::App& app) {
  for (const char* name : {"controller"}) {
    CLI::App* command = app.add_subcommand(name, "planned, but not implemented yet");
    command->group("");
    // Whatever flags were guessed, the answer is that it is not there yet.
    command->allow_extras();
    command->callback(
        [name] { throw CLI::ValidationError(name, "planned, but not implemented yet"); });
  }
}

}  // namespace specctl::cli
