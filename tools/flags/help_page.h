// A command's --help: examples first, then its flags, in the order of need.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace specctl::flags {

// An example: what it is for, and the line to type.
struct HelpExample {
  std::string what, line;
};

struct HelpOptions {
  std::vector<HelpExample> examples;
  // Groups of flags in the order they are shown; those not named follow, and the help flag's last.
  std::vector<std::string> groups;
};

// Shapes the help of `command`: description, usage, examples, then the flags by group, each beside
// what it does, at most 100 columns wide.  Subcommands added later have the same until they are
// given their own, so set the program's after all of them.
void SetHelp(CLI::App& command, HelpOptions options);

}  // namespace specctl::flags
