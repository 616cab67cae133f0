#include "tools/specctl/sweep_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SweepArgumentsTest, AreTheWordsBehindTheCommand) {
  const char* const argv[] = {"specctl", "sweep", "--bs", "1,4"};
  EXPECT_THAT(WordsOf("sweep", 4, argv), ElementsAre("--bs", "1,4"));
  EXPECT_TRUE(WordsOf("sweep", 1, argv).empty());
  EXPECT_TRUE(WordsOf("run", 4, argv).empty());
}

TEST(SweepArgumentsTest, KeepNoSecretAndNoPlace) {
  EXPECT_THAT(KeptArguments({"--bs", "1,4", "--header", "X-Key: s3cret", "Y: t", "--output-dir",
                             "S", "--metrics-header=A:s3cret", "--paired"}),
              ElementsAre("--bs", "1,4", "--header", "X-Key:<withheld>", "Y:<withheld>",
                          "--metrics-header=A:<withheld>", "--paired"));
  const auto kept = KeptArguments({"--target", "off=http://me:s3cret@a:1,gpus=8"});
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_THAT(kept[1], ::testing::Not(HasSubstr("s3cret")));
  EXPECT_THAT(kept[1], HasSubstr("<withheld>"));
}

// Who measures what is left is said anew each time.
TEST(SweepArgumentsTest, WhoMeasuresItIsNotKept) {
  EXPECT_THAT(KeptArguments({"--bs", "1", "--controller", "a:7070", "--detach", "--plaintext",
                             "--kube", "--namespace", "llm", "--wait-agents=5m", "--agents", "4"}),
              ElementsAre("--bs", "1", "--agents", "4"));
  const auto resumed = ResumedArguments({"--bs", "1"}, {"--resume", "S", "--controller", "a:7070"});
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_THAT(*resumed, ElementsAre("--bs", "1"));
}

TEST(SweepArgumentsTest, AResumedSweepHasItsOwnAndWhatIsGivenAnew) {
  const auto resumed = ResumedArguments({"--bs", "1,4", "--budget", "5m", "--duration=5s"},
                                        {"--resume", "S", "--budget", "9m"});
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_THAT(*resumed, ElementsAre("--bs", "1,4", "--duration=5s", "--budget", "9m"));
}

TEST(SweepArgumentsTest, WhatPointsAreAskedForStaysAsItWas) {
  const std::vector<std::string> kept = {"--bs", "1", "--osl", "64", "--duration=5s"};
  const auto refused = [&](std::vector<std::string> words) {
    return std::string(ResumedArguments(kept, words).status().message());
  };
  EXPECT_THAT(refused({"--resume", "S", "--osl", "128"}), HasSubstr("--resume: --osl would ask"));
  EXPECT_THAT(refused({"--resume", "S", "--ignore-eos"}), HasSubstr("--resume: --ignore-eos"));
  EXPECT_THAT(refused({"--resume", "S", "--duration", "9s"}), HasSubstr("--budget, --cool-down"));
  EXPECT_EQ(refused({"--resume", "S", "--osl", "64", "--duration=5s"}), "") << "the same";
  EXPECT_EQ(refused({"--resume", "S", "--agents", "2", "--bs", "1,4"}), "")
      << "the grid is compared";
}

TEST(SweepArgumentsTest, WhatWasWithheldMustBeGivenAgain) {
  const std::vector<std::string> kept = {"--bs", "1", "--header", "X:<withheld>"};
  const auto refused = ResumedArguments(kept, {"--resume", "S"});
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("--resume: give --header again"));
  const auto resumed = ResumedArguments(kept, {"--resume", "S", "--header", "X: s3cret"});
  ASSERT_TRUE(resumed.ok());
  EXPECT_THAT(*resumed, ElementsAre("--bs", "1", "--header", "X: s3cret"));
}

}  // namespace
}  // namespace specctl::cli
