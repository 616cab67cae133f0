// `specctl certs`: an authority of one's own, and certificates for controller, agents and clients.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Sets `exit_status`: 0, or 2 where something was refused or could not be written.  `exit_status`
// must outlive `app`.
void AddCertsCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
