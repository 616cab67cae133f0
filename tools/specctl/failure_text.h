// What is said of what failed, and how the command then ends.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

namespace specctl::cli {

// The text of `error`, and where to find help; to be set as failure_message() of the whole program.
// Where a command is missing, it names the word that is none, those that there are, and the
// nearest.
std::string FailureText(const CLI::App* app, const CLI::Error& error);

// Says on stderr that `who` failed ("specctl run") and why; returns `exit_status`.
int Complain(std::string_view who, const absl::Status& why, int exit_status);

// Exit status where no run could be made of what was asked for (Resolve): kBadInput where the user
// is to ask for something else, kFailed where a server is not there or does not do it.
int StatusOfResolve(const absl::Status& why);

// Exit status where a controller that was asked for something did not do it: kFailed where it is
// not reached, else kBadInput.
int StatusOfCall(const absl::Status& why);

}  // namespace specctl::cli
