// Flags from a TOML file.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace specctl::flags {

// Gives the options of `app` that the command line left out the values that the file at `path` has
// for them.  To be called while `app` is parsed, by an option that comes before all others.
//
// Throws CLI::ValidationError of --config, its text beginning with the file, and the line where it
// is known: no such file, a section, a name that is no flag of `app` or comes twice, a value that
// its flag refuses.
void TakeConfigFile(CLI::App& app, const std::string& path);

}  // namespace specctl::flags
