// What is said of a command line that CLI11 refuses.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace specctl::cli {

// The text of `error`, and where to find help; to be set as failure_message() of the whole program.
// Where a command is missing, it names the word that is none, those that there are, and the
// nearest.
std::string FailureText(const CLI::App* app, const CLI::Error& error);

}  // namespace specctl::cli
