#include "tools/specctl/connection_flags.h"

#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

TEST(ConnectionFlagsTest, AControllerIsNamedAsItWas) {
  EXPECT_EQ(ConnectionWords({.controller = "127.0.0.1:7070"}), "--controller 127.0.0.1:7070");
  EXPECT_EQ(ConnectionWords({.controller = "a:7070", .tls_dir = "my pki", .plaintext = true}),
            "--controller a:7070 --tls-dir 'my pki' --plaintext");
}

TEST(ConnectionFlagsTest, AReleaseIsNamedByWhatFindsItAgain) {
  EXPECT_EQ(ConnectionWords({.kube = true}), "--kube");
  EXPECT_EQ(ConnectionWords({.kube = true, .kube_namespace = "llm"}), "--kube --namespace llm");
  EXPECT_EQ(
      ConnectionWords(
          {.kube = true, .kube_context = "prod east", .kube_namespace = "llm", .release = "load"}),
      "--kube 'prod east' --namespace llm --release load");
}

TEST(ConnectionFlagsTest, TheWayBackIsACommand) {
  EXPECT_EQ(Connection{.words = "--kube --namespace llm"}.AttachCommand("run-1"),
            "specctl attach run-1 --kube --namespace llm");
}

TEST(ConnectionFlagsTest, TheWayBackToOneThatIsDialledIsTheFlags) {
  const auto connection = Connect({.controller = "127.0.0.1:1"});
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ(connection->AttachCommand("run-1"), "specctl attach run-1 --controller 127.0.0.1:1");
}

}  // namespace
}  // namespace specctl::cli
