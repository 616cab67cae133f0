#include "common/base/oom_kills.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace specctl {
namespace {

class OomKillsTest : public ::testing::Test {
 protected:
  OomKillsTest() {
    std::string pattern = ::testing::TempDir() + "oom_kills_XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~OomKillsTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  std::string root_;
};

TEST_F(OomKillsTest, EachKillSinceTheBeginIsToldOnce) {
  Write("/proc/self/cgroup", "0::/pod/agents\n");
  const std::string events = "/sys/fs/cgroup/pod/agents/memory.events";
  Write(events, "low 0\nhigh 0\nmax 9\noom 2\noom_kill 2\noom_group_kill 0\n");
  OomKills kills(root_);
  EXPECT_FALSE(kills.TakeOne()) << "those are of others";
  Write(events, "max 12\noom 4\noom_kill 4\n");
  EXPECT_TRUE(kills.TakeOne());
  EXPECT_TRUE(kills.TakeOne());
  EXPECT_FALSE(kills.TakeOne());
}

TEST_F(OomKillsTest, TheOldHierarchyHasItElsewhere) {
  Write("/proc/self/cgroup", "5:memory:/m\n4:cpu:/c\n0::/u\n");
  const std::string control = "/sys/fs/cgroup/memory/m/memory.oom_control";
  Write(control, "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
  OomKills kills(root_);
  Write(control, "oom_kill_disable 0\nunder_oom 1\noom_kill 1\n");
  EXPECT_TRUE(kills.TakeOne());
}

TEST_F(OomKillsTest, InAnotherGroupItBeginsAnew) {
  Write("/proc/self/cgroup", "0::/a\n");
  Write("/sys/fs/cgroup/a/memory.events", "oom_kill 7\n");
  Write("/sys/fs/cgroup/b/memory.events", "oom_kill 1\n");
  OomKills kills(root_);
  Write("/proc/self/cgroup", "0::/b\n");
  EXPECT_FALSE(kills.TakeOne());
  Write("/sys/fs/cgroup/b/memory.events", "oom_kill 2\n");
  EXPECT_TRUE(kills.TakeOne());
}

TEST_F(OomKillsTest, WhereNothingIsToldThereIsNone) {
  OomKills kills(root_);
  EXPECT_FALSE(kills.TakeOne());
}

}  // namespace
}  // namespace specctl
