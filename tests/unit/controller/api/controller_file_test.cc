#include "controller/api/controller_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/report/temp_dir.h"
#include "tests/unit/controller/sweep/sweep_job_of.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;
using specctl::testing::TempDir;
using ::testing::HasSubstr;

class ControllerFileTest : public ::testing::Test {
 protected:
  ControllerFileTest() {
    fs::create_directories(dir_.File("shown/deep"));
    fs::create_directories(dir_.File("shown-too"));
    for (const char* file :
         {"shown/a.jsonl", "shown/deep/b.jsonl", "secret.jsonl", "shown-too/c.jsonl"}) {
      std::ofstream(dir_.File(file)) << R"({"prompt": "hello"})"
                                     << "\n";
    }
  }
  std::string Folder() const { return dir_.File("shown"); }
  absl::Status Check(const std::string& dataset) const {
    return CheckNamedPrompts({.dataset = dataset}, Folder());
  }

  const TempDir dir_;
};

TEST_F(ControllerFileTest, FilesOfTheFolderAreTakenByThePathInIt) {
  for (const char* name :
       {"controller:a.jsonl", "controller:deep/b.jsonl", "controller:./a.jsonl"}) {
    MeasureRequest request;
    request.prompts = DatasetRequest{.dataset = name};
    ASSERT_TRUE(TakeNamedPrompts(Folder(), request).ok()) << name;
    const auto& rows = std::get<Dataset>(request.prompts);
    EXPECT_EQ(rows.conversations.size(), 1u);
    EXPECT_EQ(rows.identity.name, name);
    EXPECT_EQ(rows.identity.path, name);
    EXPECT_FALSE(rows.identity.sha256.empty());
  }
}

TEST_F(ControllerFileTest, NoPathLeadsOut) {
  fs::create_symlink(dir_.File("secret.jsonl"), dir_.File("shown/link.jsonl"));
  fs::create_directory_symlink(dir_.File(""), dir_.File("shown/up"));
  for (const std::string path :
       {"../secret.jsonl", "deep/../../secret.jsonl", "../shown-too/c.jsonl", "", ".", "..", "deep",
        "link.jsonl", "up/secret.jsonl", "a.jsonl/", "/etc/passwd", "~/x", "none.jsonl"}) {
    EXPECT_FALSE(Check("controller:" + path).ok()) << path;
  }
  EXPECT_FALSE(Check("controller:" + dir_.File("secret.jsonl")).ok());
  EXPECT_FALSE(Check("controller:" + dir_.File("shown/a.jsonl")).ok()) << "absolute";
  // Whether a file is there tells nothing of it where it may not be named.
  EXPECT_EQ(Check("controller:link.jsonl").code(), Check("controller:none.jsonl").code());
}

TEST_F(ControllerFileTest, ALinkWithinTheFolderIsTaken) {
  fs::create_symlink(dir_.File("shown/a.jsonl"), dir_.File("shown/same.jsonl"));
  EXPECT_TRUE(Check("controller:same.jsonl").ok());
}

TEST_F(ControllerFileTest, WithoutAFolderThereAreNoFiles) {
  const absl::Status status = CheckNamedPrompts({.dataset = "controller:a.jsonl"}, "");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--dataset controller:a.jsonl"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("without --dataset-dir"));
}

TEST_F(ControllerFileTest, AnythingElseIsAName) {
  EXPECT_TRUE(Check("").ok());
  EXPECT_TRUE(Check("builtin").ok());
  EXPECT_EQ(Check("/etc/passwd").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Check("a.jsonl").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckNamedPrompts({.dataset = "mt_bench", .file = "/etc/passwd"}, Folder()).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ControllerFileTest, NamedDatasetsAreLookedForInTheFolder) {
  MeasureRequest request;
  request.prompts = DatasetRequest{.dataset = "mt_bench"};
  ASSERT_TRUE(TakeNamedPrompts(Folder(), request).ok());
  EXPECT_EQ(std::get<DatasetRequest>(request.prompts).search_dirs.front(), Folder());
}

TEST_F(ControllerFileTest, RowsThatCameWithTheOrderStay) {
  MeasureRequest request;
  request.prompts = Dataset{.identity = {.name = "mine"}};
  ASSERT_TRUE(TakeNamedPrompts("", request).ok());
  EXPECT_EQ(std::get<Dataset>(request.prompts).identity.name, "mine");
}

SweepOrder OrderOfFile(const std::string& dataset) {
  SweepOrder order{.sweep = SmallSweep(), .job = SmallJob()};
  order.job.datasets.clear();
  order.job.named_datasets["d"] = {.dataset = dataset};
  return order;
}

TEST_F(ControllerFileTest, ASweepsPromptsAreReadBeforeItsFirstRun) {
  SweepOrder order = OrderOfFile("controller:deep/b.jsonl");
  ASSERT_TRUE(CheckNamedPrompts(order, Folder()).ok());
  const absl::Status taken = TakeNamedPrompts(Folder(), order);
  ASSERT_TRUE(taken.ok()) << taken;
  EXPECT_TRUE(order.job.named_datasets.empty());
  EXPECT_EQ(order.job.datasets.at("d").identity.name, "controller:deep/b.jsonl");
  EXPECT_EQ(order.job.datasets.at("d").conversations.size(), 1u);
}

TEST_F(ControllerFileTest, ASweepsPathsLeadOutNowhere) {
  for (const char* name : {"controller:../secret.jsonl", "controller:none.jsonl", "/etc/passwd"}) {
    SweepOrder order = OrderOfFile(name);
    EXPECT_FALSE(CheckNamedPrompts(order, Folder()).ok()) << name;
    EXPECT_FALSE(TakeNamedPrompts(Folder(), order).ok()) << name;
    EXPECT_TRUE(order.job.datasets.empty());
  }
}

TEST_F(ControllerFileTest, ASweepThatGoesOnNeedsThePromptsThatItBeganWith) {
  SweepOrder order = OrderOfFile("controller:a.jsonl");
  SweepPoint& done = order.sweep.points.front();
  done.state = PointState::kDone;
  done.measured.setup.dataset_sha256 = "another file's";
  const absl::Status changed = TakeNamedPrompts(Folder(), order);
  EXPECT_EQ(changed.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(changed.message()), HasSubstr("the prompts of d have changed since"));
}

TEST_F(ControllerFileTest, ASweepsTiersMustBeThere) {
  SweepOrder order = OrderOfFile("controller:a.jsonl");
  order.sweep.grid.tiers = {"low_entropy"};
  EXPECT_THAT(std::string(TakeNamedPrompts(Folder(), order).message()),
              HasSubstr("--tier: no row of controller:a.jsonl is of tier low_entropy"));
}

}  // namespace
}  // namespace specctl::controller
