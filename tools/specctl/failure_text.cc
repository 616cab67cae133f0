#include "tools/specctl/failure_text.h"

#include <algorithm>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/edit_distance.h"
#include "common/base/printable.h"
#include "common/net/url.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

// Commands of `app` that are built, as --help lists them.
std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    // Planned commands are in no group, and not suggested.
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  return names;
}

// The one that `word` is most likely a slip of, or nothing.
std::string Nearest(const std::string& word, const std::vector<std::string>& names) {
  constexpr size_t kEditsMax = 2;
  constexpr size_t kWordBytesMax = 80;  // longer ones are no slips, and would cost time
  std::string nearest;
  size_t fewest = kEditsMax + 1;
  for (const std::string& name : names) {
    if (word.size() > kWordBytesMax) break;
    const size_t edits = EditDistance(word, name);
    // With as many edits as the name has letters any word would be a slip of it.
    if (edits < std::min(fewest, name.size())) {
      fewest = edits;
      nearest = name;
    }
  }
  return nearest;
}

std::string MissingCommandText(const CLI::App& app) {
  const std::vector<std::string> names = CommandsOf(app);
  const std::string list = absl::StrJoin(names, ", ");
  const std::vector<std::string> words = app.remaining();
  if (words.empty()) return absl::StrFormat("%s: need a command: %s", app.get_name(), list);
  const std::string& word = words.front();
  if (word.starts_with("-")) {
    return absl::StrFormat("%s: not a flag of %s itself; put a command before it: %s", word,
                           app.get_name(), list);
  }
  const std::string nearest = Nearest(word, names);
  return absl::StrFormat("%s %s: no such command; %sthe commands are %s", app.get_name(), word,
                         nearest.empty() ? "" : "did you mean " + nearest + "? ", list);
}

}  // namespace

std::string FailureText(const CLI::App* app, const CLI::Error& error) {
  const CLI::App* at = app;
  // The innermost command that was given: its commands are the ones to choose from.
  while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
  const bool command_missing =
      error.get_name() == "RequiredError" && at->get_require_subcommand_min() > 0;
  const std::string text = command_missing ? MissingCommandText(*at) : error.what();
  // CLI11 repeats what was typed: a URL in it may hold a login.
  return PrintableLines(WithoutLogins(text)) + "\nRun with --help for more information.\n";
}

int Complain(std::string_view who, const absl::Status& why, int exit_status) {
  Say(absl::StrFormat("%s: %s", who, std::string(why.message())));
  return exit_status;
}

int StatusOfResolve(const absl::Status& why) {
  const bool of_server = absl::IsUnavailable(why) || absl::IsDeadlineExceeded(why) ||
                         absl::IsFailedPrecondition(why) || absl::IsUnimplemented(why);
  return of_server ? kFailed : kBadInput;
}

int StatusOfCall(const absl::Status& why) {
  const bool down = absl::IsUnavailable(why) || absl::IsDeadlineExceeded(why);
  return down ? kFailed : kBadInput;
}

}  // namespace specctl::cli
