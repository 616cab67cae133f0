// The command line of a sweep, as sweep.json keeps it for --resume.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl::cli {

// In place of a value that must reach no file.
inline constexpr std::string_view kWithheld = "<withheld>";

// The words behind `specctl COMMAND` in this process's command line; none where it is another.
std::vector<std::string> WordsOf(std::string_view command, int argc, const char* const* argv);

// `words`, of a run or a sweep, without what no file may hold: values of --header and
// --metrics-header, logins of URLs; and without what says where it is and which controller makes
// it.
std::vector<std::string> KeptArguments(const std::vector<std::string>& words);

// The arguments of a sweep that is resumed by `words`: those that it kept, each flag that `words`
// has replaced by it.
// INVALID_ARGUMENT  "--resume: give --header NAME:VALUE again: ...": a value was withheld;
//                   "--resume: --osl would ...": a flag that changes what points are asked for
absl::StatusOr<std::vector<std::string>> ResumedArguments(const std::vector<std::string>& kept,
                                                          const std::vector<std::string>& words);

}  // namespace specctl::cli
