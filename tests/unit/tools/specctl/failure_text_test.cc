#include "tools/specctl/failure_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tools/specctl/exit_status.h"

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What is said of a command line of a program with the commands run, report, dataset list, and
// sweep, which is not built.
std::string Failure(std::vector<std::string> words) {
  CLI::App app("", "specctl");
  app.require_subcommand(1);
  app.add_subcommand("run", "")->add_option("--bs")->expected(1);
  app.add_subcommand("report", "")->add_option("RUN")->required();
  CLI::App* dataset = app.add_subcommand("dataset", "");
  dataset->require_subcommand(1);
  dataset->add_subcommand("list", "");
  app.add_subcommand("sweep", "")->group("");
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return FailureText(&app, error);
  }
  return "taken";
}

TEST(FailureTextTest, AWordThatIsNoCommandIsNamed) {
  EXPECT_EQ(Failure({"foo", "--bs", "4"}),
            "specctl foo: no such command; the commands are run, report, dataset\n"
            "Run with --help for more information.\n");
}

TEST(FailureTextTest, TheNearestCommandIsOffered) {
  EXPECT_THAT(Failure({"reprot", "x"}), HasSubstr("did you mean report? the commands are run,"));
  EXPECT_THAT(Failure({"runn"}), HasSubstr("did you mean run?"));
  EXPECT_THAT(Failure({"xyz"}), Not(HasSubstr("did you mean")));
  EXPECT_THAT(Failure({std::string(1'000'000, 'r')}), Not(HasSubstr("did you mean")));
}

TEST(FailureTextTest, ACommandsOwnCommandsAreListedThere) {
  EXPECT_THAT(
      Failure({"dataset", "lst"}),
      StartsWith("dataset lst: no such command; did you mean list? the commands are list\n"));
  EXPECT_THAT(Failure({"dataset"}), StartsWith("dataset: need a command: list\n"));
}

TEST(FailureTextTest, ALoginIsNotEchoed) {
  const std::string text = Failure({"run", "http://user:hunter2@host:1"});
  EXPECT_THAT(text, HasSubstr("http://...@host:1"));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST(FailureTextTest, NoCommandAtAll) {
  EXPECT_THAT(Failure({}), StartsWith("specctl: need a command: run, report, dataset\n"));
  EXPECT_THAT(Failure({"--bs", "4"}),
              StartsWith("--bs: not a flag of specctl itself; put a command"));
}

TEST(FailureTextTest, OtherErrorsAreSaidAsTheyAre) {
  EXPECT_THAT(Failure({"report"}), StartsWith("RUN is required\n"));
  EXPECT_THAT(Failure({"run", "--nope"}), HasSubstr("--nope"));
}

TEST(FailureTextTest, WhatAServerLacksIsNoFaultOfTheFlags) {
  EXPECT_EQ(StatusOfResolve(absl::UnavailableError("")), kFailed);
  EXPECT_EQ(StatusOfResolve(absl::DeadlineExceededError("")), kFailed);
  EXPECT_EQ(StatusOfResolve(absl::FailedPreconditionError("")), kFailed);
  EXPECT_EQ(StatusOfResolve(absl::UnimplementedError("")), kFailed);
  EXPECT_EQ(StatusOfResolve(absl::InvalidArgumentError("")), kBadInput);
  EXPECT_EQ(StatusOfResolve(absl::NotFoundError("")), kBadInput);
}

}  // namespace
}  // namespace specctl::cli
