#include "tools/flags/help_page.h"

#include <sstream>

#include <gmock/gmock.h>

namespace specctl::flags {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Help() {
  static std::string text;
  CLI::App app("Does things", "tool");
  SetHelp(app, {.examples = {{.what = "the usual", .line = "tool --first 1"}},
                .groups = {"Common", "Expert"}});
  app.add_option("--rare", text, "Seldom of use")->group("Expert");
  app.add_option("--first", text,
                 "Long words of which there are so many that one line of a hundred columns does "
                 "not hold all of them")
      ->group("Common");
  app.add_option("--other", text, "In a group that nobody placed")->group("Other");
  return app.help();
}

TEST(HelpPageTest, ExamplesComeBeforeFlags) {
  EXPECT_THAT(Help(), StartsWith("Does things\n\nUsage: tool [OPTIONS]\n\nExamples:\n"
                                 "  # the usual\n  tool --first 1\n\nCommon:\n"));
}

TEST(HelpPageTest, GroupsStandInTheOrderOfNeedAndTheHelpFlagIsLast) {
  const std::string help = Help();
  EXPECT_LT(help.find("\nCommon:"), help.find("\nExpert:"));
  EXPECT_LT(help.find("\nExpert:"), help.find("\nOther:"));
  EXPECT_LT(help.find("\nOther:"), help.find("--help"));
}

TEST(HelpPageTest, LinesAreAtMostAHundredColumns) {
  std::istringstream lines(Help());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_THAT(Help(), HasSubstr("\n                                "));
}

}  // namespace
}  // namespace specctl::flags
