#include "tools/specctl/memory_mark.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/boot_id.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

using specctl::testing::ReadAll;
using specctl::testing::TempDir;
using std::chrono::milliseconds;

// A container of 512 MiB.
class MemoryMarkTest : public ::testing::Test {
 protected:
  MemoryMarkTest() {
    Write("/proc/self/cgroup", "0::/\n");
    SetMemory("300", "512");
  }
  void Write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = dir_.File("root") + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  void SetMemory(const std::string& used_mib, const std::string& limit_mib) const {
    Write("/sys/fs/cgroup/memory.current", std::to_string(std::stoull(used_mib) << 20) + "\n");
    const bool none = limit_mib == "max";
    Write("/sys/fs/cgroup/memory.max",
          (none ? limit_mib : std::to_string(std::stoull(limit_mib) << 20)) + "\n");
  }
  std::unique_ptr<MemoryMark> Mark() const {
    return std::make_unique<MemoryMark>(MemoryMark::Options{.folder = dir_.File("root"),
                                                            .name = "pod-3/0",
                                                            .interval = milliseconds(5),
                                                            .root = dir_.File("root")});
  }
  std::string Path() const { return dir_.File("root") + "/specctl-agent-pod-3_0.memory"; }
  std::string Note(uint64_t used_mib) const {
    return ReadBootId() + " " + std::to_string(used_mib << 20) + " " +
           std::to_string(uint64_t{512} << 20) + "\n";
  }
  // As one that is killed: its note stays.
  std::string EndAfter(const std::string& note) const {
    std::ofstream(Path()) << note;
    return Mark()->predecessor_end();
  }

  const TempDir dir_;
};

TEST_F(MemoryMarkTest, TheNoteFollowsTheMemoryAndGoesWithAProcessThatEndsByItself) {
  {
    const auto mark = Mark();
    EXPECT_EQ(mark->predecessor_end(), "");
    EXPECT_EQ(ReadAll(Path()), Note(300));
    SetMemory("510", "512");
    while (ReadAll(Path()) != Note(510)) std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_FALSE(std::filesystem::exists(Path()));
}

TEST_F(MemoryMarkTest, OneThatWasKilledNearItsLimitIsCalledThat) {
  EXPECT_EQ(EndAfter(Note(498)),
            "was killed, for want of memory as it seems (OOM): its container used 498 of 512 MiB");
  EXPECT_EQ(EndAfter(Note(120)), "was killed: its container used 120 of 512 MiB");
}

TEST_F(MemoryMarkTest, WhatIsNoNoteOfThisBootTellsNothing) {
  EXPECT_EQ(EndAfter("another-boot 500 512\n"), "");
  EXPECT_EQ(EndAfter("rubbish"), "");
  EXPECT_EQ(EndAfter(""), "");
}

TEST_F(MemoryMarkTest, WithoutALimitThereIsNone) {
  SetMemory("300", "max");
  const auto mark = Mark();
  EXPECT_FALSE(std::filesystem::exists(Path()));
}

TEST_F(MemoryMarkTest, ALinkIsNotFollowed) {
  const std::string other = dir_.File("root") + "/other";
  std::ofstream(other) << Note(500);
  std::filesystem::create_symlink(other, Path());
  const auto mark = Mark();
  EXPECT_EQ(mark->predecessor_end(), "");
  EXPECT_EQ(ReadAll(other), Note(500)) << "nothing is written through it";
}

}  // namespace
}  // namespace specctl::cli
