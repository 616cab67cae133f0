#include "tools/flags/config_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

namespace specctl::flags {
namespace {

[[noreturn]] void Refuse(const std::string& where, const std::string& what) {
  throw CLI::ValidationError("--config", where + ": " + what);
}

std::string ReadAll(const std::string& path) {
  std::error_code error;
  std::ifstream file(path);
  // A folder opens like a file, and reads as empty.
  if (!file || std::filesystem::is_directory(path, error)) {
    Refuse(path, "no such file, or it can't be read");
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

// "path:line" of the first line that gives `key` a value, or "path" where it is written in a way
// that is not recognized: CLI11's parser keeps no lines.
std::string WhereIs(const std::string& path, const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  std::string line;
  for (size_t number = 1; std::getline(lines, line); ++number) {
    std::string name(absl::StripAsciiWhitespace(line.substr(0, line.find('='))));
    CLI::detail::remove_quotes(name);
    if (name == key) return absl::StrFormat("%s:%d", path, number);
  }
  return path;
}

void TakeItem(CLI::Option& option, const CLI::ConfigItem& item, const std::string& where) {
  const auto values_max = static_cast<size_t>(std::max(1, option.get_items_expected_max()));
  if (item.inputs.empty() || item.inputs.size() > values_max) {
    Refuse(where, absl::StrFormat("%s: need one value, got \"%s\"", option.get_name(),
                                  absl::StrJoin(item.inputs, " ")));
  }
  for (const std::string& input : item.inputs) option.add_result(input);
  try {
    option.run_callback();  // now, while it is known whose value it is
  } catch (const CLI::ParseError& error) {
    Refuse(where, error.what());
  }
}

}  // namespace

void TakeConfigFile(CLI::App& app, const std::string& path) {
  const std::string text = ReadAll(path);
  std::istringstream lines(text);
  std::set<const CLI::Option*> taken;
  for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(lines)) {
    if (!item.parents.empty()) {
      Refuse(path, absl::StrFormat("sections such as [%s] are not supported: give only flags",
                                   absl::StrJoin(item.parents, ".")));
    }
    CLI::Option* option = app.get_option_no_throw("--" + item.name);
    const std::string where = WhereIs(path, text, item.name);
    if (option == nullptr || item.name == "config") {
      Refuse(where, "\"" + item.name + "\" is not a flag of this command");
    }
    // The same name twice is one item with the values of both; here come aliases.
    if (taken.count(option) > 0) Refuse(where, option->get_name() + " is given twice");
    if (option->count() > 0) continue;  // the command line goes before the file
    TakeItem(*option, item, where);
    taken.insert(option);
  }
}

}  // namespace specctl::flags
