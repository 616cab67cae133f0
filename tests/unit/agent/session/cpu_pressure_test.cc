#include "agent/session/cpu_pressure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace specctl::agent {
namespace {

// A file system of its own for /proc and /sys.
class CpuPressureTest : public ::testing::Test {
 protected:
  CpuPressureTest() {
    std::string pattern = ::testing::TempDir() + "cpu_pressure_XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~CpuPressureTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  void WriteStat(uint64_t stolen_ticks) {
    Write("/proc/stat", "cpu  1 2 3 4 5 6 7 " + std::to_string(stolen_ticks) + " 9 10\ncpu0 1 2\n");
  }

  std::string root_;
};

TEST_F(CpuPressureTest, OfTheUnifiedHierarchyEachLevelCounts) {
  WriteStat(0);
  Write("/proc/self/cgroup", "0::/pods/agent\n");
  Write("/sys/fs/cgroup/cpu.stat", "usage_usec 5\n");
  Write("/sys/fs/cgroup/pods/cpu.stat", "usage_usec 5\nnr_throttled 1\nthrottled_usec 1000\n");
  Write("/sys/fs/cgroup/pods/agent/cpu.stat", "usage_usec 5\nthrottled_usec 300\n");
  CpuPressure pressure(root_);
  EXPECT_EQ(pressure.TakeAmounts().throttled_ns, 0u) << "only what is new";
  Write("/sys/fs/cgroup/pods/agent/cpu.stat", "usage_usec 5\nthrottled_usec 350\n");
  Write("/sys/fs/cgroup/pods/cpu.stat", "throttled_usec 1007\n");
  EXPECT_EQ(pressure.TakeAmounts().throttled_ns, 57'000u);
  EXPECT_EQ(pressure.TakeAmounts().throttled_ns, 0u);
}

TEST_F(CpuPressureTest, OfTheOldHierarchiesItIsTheCpuControllers) {
  WriteStat(0);
  Write("/proc/self/cgroup", "5:memory:/m\n4:cpuacct,cpu:/c\n0::/u\n");
  Write("/sys/fs/cgroup/cpuacct,cpu/c/cpu.stat", "nr_periods 11\nthrottled_time 40\n");
  CpuPressure pressure(root_);
  Write("/sys/fs/cgroup/cpuacct,cpu/c/cpu.stat", "nr_periods 12\nthrottled_time 846\n");
  EXPECT_EQ(pressure.TakeAmounts().throttled_ns, 806u);
}

TEST_F(CpuPressureTest, AProcessThatIsMovedToAnotherCgroupIsFollowed) {
  WriteStat(0);
  Write("/proc/self/cgroup", "0::/a\n");
  Write("/sys/fs/cgroup/a/cpu.stat", "throttled_usec 10\n");
  Write("/sys/fs/cgroup/b/cpu.stat", "throttled_usec 5000\n");
  CpuPressure pressure(root_);
  Write("/proc/self/cgroup", "0::/b\n");
  EXPECT_EQ(pressure.TakeAmounts().throttled_ns, 0u) << "what others met there before";
  Write("/sys/fs/cgroup/b/cpu.stat", "throttled_usec 5003\n");
  EXPECT_EQ(pressure.TakeAmounts().throttled_ns, 3'000u);
}

TEST_F(CpuPressureTest, StealIsTheHosts) {
  WriteStat(100);
  CpuPressure pressure(root_);
  WriteStat(150);
  EXPECT_EQ(pressure.TakeAmounts().stolen_ns, 500'000'000u);
}

TEST_F(CpuPressureTest, WhereNothingIsToldItIsZero) {
  CpuPressure pressure(root_);
  EXPECT_EQ(pressure.TakeAmounts().stolen_ns, 0u);
  EXPECT_EQ(pressure.TakeAmounts().throttled_ns, 0u);
}

TEST_F(CpuPressureTest, ACounterThatFellTellsNothing) {
  WriteStat(100);
  CpuPressure pressure(root_);
  WriteStat(7);
  EXPECT_EQ(pressure.TakeAmounts().stolen_ns, 0u);
}

}  // namespace
}  // namespace specctl::agent
