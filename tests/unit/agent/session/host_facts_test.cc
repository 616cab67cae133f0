#include "agent/session/host_facts.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace specctl::agent {
namespace {

TEST(HostFactsTest, NamesThisMachineAndProcess) {
  const HostFacts facts = ReadHostFacts(123);
  EXPECT_EQ(facts.files_max, 123u);
  EXPECT_EQ(facts.pid, static_cast<uint32_t>(::getpid()));
  EXPECT_NE(facts.hostname, "");
  EXPECT_EQ(facts.boot_id.size(), 36u) << "a UUID";
  EXPECT_EQ(facts.kernel.substr(0, 6), "Linux ");
  EXPECT_GT(facts.cores, 0u);
  EXPECT_GT(facts.memory_bytes, 0u);
}

TEST(HostFactsTest, InKubernetesPodAndNodeAreKnown) {
  ::setenv("SPECCTL_POD_NAME", "load-agent-3", 1);
  ::setenv("SPECCTL_NODE_NAME", "node-b", 1);
  EXPECT_EQ(ReadHostFacts(1).pod, "load-agent-3");
  EXPECT_EQ(ReadHostFacts(1).node, "node-b");
  ::unsetenv("SPECCTL_POD_NAME");
  ::unsetenv("SPECCTL_NODE_NAME");
  EXPECT_EQ(ReadHostFacts(1).pod, "");
}

}  // namespace
}  // namespace specctl::agent
