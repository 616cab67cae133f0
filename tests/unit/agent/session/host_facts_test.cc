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

}  // namespace
}  // namespace specctl::agent
