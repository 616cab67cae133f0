#include "tools/flags/help_page.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

namespace specctl::flags {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kNameColumns = 32;  // with the two spaces before a name

// "Options" is where CLI11 puts its help flag.
constexpr std::string_view kHelpGroup = "Options";

void AppendWrapped(std::string_view name, std::string_view text, std::string& out) {
  std::string line = "  " + std::string(name);
  if (line.size() + 2 > kNameColumns) {
    out += line + "\n";
    line.clear();
  }
  line.resize(kNameColumns, ' ');
  bool empty = true;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word; empty = false) {
    if (!empty && line.size() + 1 + word.size() > kColumns) {
      out += line + "\n";
      line.assign(kNameColumns, ' ');
      empty = true;
    }
    line += (empty ? "" : " ") + word;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

// Of CLI11's "UINT:1..8", "TEXT:{text,json}", "ENUM:value in {a->0,b->1} OR {0,1}": N, {text,json},
// {a,b}.  Ranges are told by the errors of values beyond them.
std::string ValueText(const std::string& type) {
  if (const size_t open = type.find('{'); open != std::string::npos) {
    std::string choices = type.substr(open, type.find('}', open) + 1 - open);
    for (size_t at; (at = choices.find("->")) != std::string::npos;) {
      choices.erase(at, choices.find_first_of(",}", at) - at);
    }
    return choices;
  }
  if (type.starts_with("UINT") || type.starts_with("INT")) return "N";
  return type.starts_with("FLOAT") ? "NUMBER" : type.substr(0, type.find(':'));
}

class HelpPage : public CLI::Formatter {
 public:
  explicit HelpPage(HelpOptions options) : options_(std::move(options)) {}

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
    return make_description(app) + "\n" + make_usage(app, std::move(name)) + Examples() +
           make_positionals(app) + make_subcommands(app, mode) + Groups(app) + Footer(app);
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string out;
    AppendWrapped(make_option_name(option, is_positional) + make_option_opts(option),
                  make_option_desc(option), out);
    return out;
  }

  // What to put behind the name: the values to choose from, or what kind of value.
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    return " " + ValueText(option->get_type_name());
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    const std::string standard = option->get_default_str();
    std::string text = option->get_description();
    for (const CLI::Option* other : option->get_needs()) text += "; requires " + other->get_name();
    return standard.empty() ? text : text + " [" + standard + "]";
  }

  std::string make_subcommand(const CLI::App* command) const override {
    std::string out;
    AppendWrapped(command->get_display_name(true), command->get_description(), out);
    return out;
  }

 private:
  std::string Examples() const {
    if (options_.examples.empty()) return "";
    std::string out = "\nExamples:\n";
    for (const HelpExample& example : options_.examples) {
      out += "  # " + example.what + "\n  " + example.line + "\n";
    }
    return out;
  }

  size_t RankOf(const std::string& group) const {
    if (group == kHelpGroup && !options_.groups.empty()) return options_.groups.size() + 1;
    const auto found = std::find(options_.groups.begin(), options_.groups.end(), group);
    return static_cast<size_t>(found - options_.groups.begin());
  }

  std::string Groups(const CLI::App* app) const {
    std::vector<std::string> groups = app->get_groups();
    std::stable_sort(groups.begin(), groups.end(),
                     [&](const auto& a, const auto& b) { return RankOf(a) < RankOf(b); });
    std::string out;
    for (const std::string& group : groups) {
      const auto options = app->get_options([&](const CLI::Option* option) {
        return option->get_group() == group && option->nonpositional();
      });
      if (!group.empty() && !options.empty()) out += make_group(group, false, options);
    }
    return out;
  }

  static std::string Footer(const CLI::App* app) {
    return app->get_footer().empty() ? "" : "\n" + app->get_footer() + "\n";
  }

  const HelpOptions options_;
};

}  // namespace

void SetHelp(CLI::App& command, HelpOptions options) {
  command.formatter(std::make_shared<HelpPage>(std::move(options)));
}

}  // namespace specctl::flags
