#include "tools/specctl/kube_release.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kService = R"({"metadata": {"name": "load-specctl-controller",
  "labels": {"app.kubernetes.io/instance": "load", "app.kubernetes.io/version": "0.1.0"},
  "annotations": {"specctl/transport": "tls", "specctl/client-tls-secret": "load-client",
                  "specctl/agents": "statefulset/load-specctl-agent"}}})";

std::string ListOf(const std::string& items) { return R"({"items": [)" + items + "]}"; }

TEST(KubeReleaseTest, TheOneThatIsThereIsFound) {
  std::vector<std::string> asked;
  const auto release = FindRelease({.context = "prod", .kube_namespace = "llm", .release = "load"},
                                   [&](std::vector<std::string> words) {
                                     asked = std::move(words);
                                     return ListOf(std::string(kService));
                                   });
  ASSERT_TRUE(release.ok()) << release.status();
  EXPECT_EQ(release->release, "load");
  EXPECT_EQ(release->service, "load-specctl-controller");
  EXPECT_EQ(release->version, "0.1.0");
  EXPECT_FALSE(release->plaintext);
  EXPECT_EQ(release->client_tls_secret, "load-client");
  EXPECT_EQ(release->agents, "statefulset/load-specctl-agent");
  EXPECT_THAT(
      asked, ElementsAre("--context", "prod", "--namespace", "llm", "get", "services", "--selector",
                         "app.kubernetes.io/name=specctl,app.kubernetes.io/component=controller,"
                         "app.kubernetes.io/instance=load",
                         "--output", "json"));
}

TEST(KubeReleaseTest, NoneAndSeveralAreErrorsThatSayWhereWasLooked) {
  const KubePlace place{.context = "prod", .kube_namespace = "llm"};
  const auto none = ParseRelease(ListOf(""), place);
  EXPECT_TRUE(absl::IsNotFound(none.status()));
  EXPECT_THAT(std::string(none.status().message()),
              HasSubstr("is in namespace llm of context prod"));
  const std::string two = std::string(kService) + "," + std::string(kService);
  const auto several = ParseRelease(ListOf(two), place);
  EXPECT_TRUE(absl::IsInvalidArgument(several.status()));
  EXPECT_THAT(std::string(several.status().message()), HasSubstr("--release: load, load"));
}

TEST(KubeReleaseTest, APodThatDoesNotRunYetIsToldFromWhatNeverWill) {
  EXPECT_TRUE(IsOfPodThatDoesNotRun(
      "error: unable to forward port because pod is not running. Current status=Pending"));
  EXPECT_TRUE(IsOfPodThatDoesNotRun("error: timed out waiting for the condition"));
  EXPECT_FALSE(IsOfPodThatDoesNotRun(
      R"(error: pods "x" is forbidden: cannot create resource "pods/portforward")"));
  EXPECT_FALSE(IsOfPodThatDoesNotRun(""));
}

TEST(KubeReleaseTest, WhatIsNoListIsRefused) {
  for (const std::string_view text : {"", "{", "[]", "{}", R"({"items": 3})", "null"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseRelease(text, {}).status())) << text;
  }
  // A service without labels is one whose facts are not known.
  const auto bare = ParseRelease(R"({"items": [{"metadata": {"name": "x", "labels": 3}}]})", {});
  ASSERT_TRUE(bare.ok());
  EXPECT_EQ(bare->service, "x");
  EXPECT_EQ(bare->client_tls_secret, "");
}

TEST(KubeReleaseTest, ASecretsFilesAreDecoded) {
  const auto files = ParseSecret(R"({"data": {"ca.crt": "Y2E=", "tls.key": ""}})");
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ((*files)[0].name, "ca.crt");
  EXPECT_EQ((*files)[0].content, "ca");
  EXPECT_EQ((*files)[1].content, "");
  for (const std::string_view text :
       {"", "{}", R"({"data": {"a": "%%"}})", R"({"data": {"a": 1}})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseSecret(text).status())) << text;
  }
}

}  // namespace
}  // namespace specctl::cli
