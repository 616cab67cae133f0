#include "controller/api/job_store.h"

#include <filesystem>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/api/job_codec.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;
using specctl::testing::ReadAll;
using specctl::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Job JobOf(const std::string& id, int64_t created_unix_ns = 1) {
  return {.id = id, .created_unix_ns = created_unix_ns};
}

// A store in a folder of the test's own.
class JobStoreTest : public ::testing::Test {
 protected:
  JobStoreTest() { Reopen(); }

  // As the next process does.
  void Reopen() {
    store_.reset();
    auto store = JobStore::Open(Path());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  std::string Path() const { return dir_.File("data"); }
  std::string JobPath(const std::string& name) const { return Path() + "/jobs/" + name; }
  void Write(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::vector<std::string> Ids() {
    unreadable_.clear();
    const auto jobs = store_->ReadJobs(unreadable_);
    EXPECT_TRUE(jobs.ok()) << jobs.status();
    std::vector<std::string> ids;
    for (const Job& job : *jobs) ids.push_back(job.id);
    return ids;
  }
  Job Only() {
    const auto jobs = store_->ReadJobs(unreadable_);
    EXPECT_EQ(jobs->size(), 1u);
    return jobs->front();
  }

  const TempDir dir_;
  std::optional<JobStore> store_;
  std::vector<std::string> unreadable_;
};

TEST_F(JobStoreTest, AFolderIsOfOneControllerAtATime) {
  const auto second = JobStore::Open(Path());
  EXPECT_EQ(second.status(),
            absl::FailedPreconditionError(
                "--data " + Path() + ": another specctl controller is at work in this folder"));
  JobStore moved = *std::move(store_);
  store_.reset();
  EXPECT_FALSE(JobStore::Open(Path()).ok()) << "the lock moves with the store";
  { const JobStore gone = std::move(moved); }
  EXPECT_TRUE(JobStore::Open(Path()).ok());
}

TEST_F(JobStoreTest, JobsAreReadOldestFirst) {
  EXPECT_THAT(Ids(), IsEmpty());
  for (const Job& job : {JobOf("c", 30), JobOf("b", 20), JobOf("a", 20), JobOf("d", 10)}) {
    ASSERT_TRUE(store_->AddJob(job, "order").ok());
  }
  EXPECT_THAT(Ids(), ElementsAre("d", "a", "b", "c"));
  Reopen();
  EXPECT_THAT(Ids(), ElementsAre("d", "a", "b", "c"));
  EXPECT_THAT(unreadable_, IsEmpty());
}

TEST_F(JobStoreTest, AnOrderIsReadBackAsItCame) {
  const std::string order("\x1f\x8b\0\n order", 10);
  ASSERT_TRUE(store_->AddJob(JobOf("a"), order).ok());
  EXPECT_EQ(*store_->ReadOrder("a"), order);
  const absl::Status none = store_->ReadOrder("b").status();
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(none.message()), HasSubstr(JobPath("b")));
}

TEST_F(JobStoreTest, AnIdIsOfOneJob) {
  ASSERT_TRUE(store_->AddJob(JobOf("a", 1), "first").ok());
  const absl::Status again = store_->AddJob(JobOf("a", 2), "second");
  EXPECT_EQ(again, absl::AlreadyExistsError("job a: there is one of this id"));
  EXPECT_EQ(*store_->ReadOrder("a"), "first");
  EXPECT_EQ(Only().created_unix_ns, 1);
}

TEST_F(JobStoreTest, ASavedJobReplacesWhatWasThere) {
  Job job = JobOf("a");
  ASSERT_TRUE(store_->AddJob(job, "order").ok());
  job.state = JobState::kFailed;
  job.error = absl::AbortedError("why");
  ASSERT_TRUE(store_->SaveJob(job).ok());
  Reopen();
  EXPECT_EQ(Only().state, JobState::kFailed);
  EXPECT_EQ(Only().error, absl::AbortedError("why"));
  EXPECT_EQ(*store_->ReadOrder("a"), "order");
  const absl::Status none = store_->SaveJob(JobOf("b"));
  EXPECT_EQ(none.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(none.message()), HasSubstr(JobPath("b")));
}

TEST_F(JobStoreTest, WhatItWaitsForIsInNoFile) {
  Job job = JobOf("a");
  job.progress = "waiting for agents";
  job.jobs_before = 3;
  ASSERT_TRUE(store_->AddJob(job, "order").ok());
  EXPECT_EQ(Only().progress, "");
  EXPECT_EQ(Only().jobs_before, 0u);
  ASSERT_TRUE(store_->SaveJob(job).ok());
  EXPECT_EQ(Only().progress, "");
}

TEST_F(JobStoreTest, ARemovedJobIsGoneWithAllItHas) {
  ASSERT_TRUE(store_->AddJob(JobOf("a"), "order").ok());
  Write(store_->FolderOf("a") + "/run.json", "{}");
  EXPECT_TRUE(store_->RemoveJob("a").ok());
  EXPECT_TRUE(fs::is_empty(Path() + "/jobs"));
  const absl::Status again = store_->RemoveJob("a");
  EXPECT_EQ(again,
            absl::InternalError(JobPath("a") + ": can't be removed: No such file or directory"));
}

TEST_F(JobStoreTest, AJournalIsRemovedWhereThereIsOne) {
  ASSERT_TRUE(store_->AddJob(JobOf("a"), "order").ok());
  EXPECT_TRUE(store_->RemoveJournal("a").ok()) << "there is none";
  Write(JobPath("a/journal.pb"), "events");
  EXPECT_TRUE(store_->RemoveJournal("a").ok());
  EXPECT_FALSE(fs::exists(JobPath("a/journal.pb")));
  EXPECT_EQ(*store_->ReadOrder("a"), "order");
}

TEST_F(JobStoreTest, WhatAKilledProcessWasMakingOrRemovingGoes) {
  ASSERT_TRUE(store_->AddJob(JobOf("a"), "order").ok());
  Write(JobPath(".new-b/order.pb.gz"), "half");
  Write(JobPath(".old-c/job.pb"), EncodeJob(JobOf("c")).SerializeAsString());
  Write(JobPath(".old-c/deep/er"), "x");
  EXPECT_THAT(Ids(), ElementsAre("a"));
  EXPECT_THAT(unreadable_, IsEmpty());
  Reopen();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(Path() + "/jobs")) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, ElementsAre("a"));
}

TEST_F(JobStoreTest, AnUnfinishedFolderIsInNobodysWay) {
  Write(JobPath(".new-a/left"), "half");
  ASSERT_TRUE(store_->AddJob(JobOf("a"), "order").ok());
  EXPECT_THAT(Ids(), ElementsAre("a"));
  EXPECT_FALSE(fs::exists(JobPath("a/left")));
}

TEST_F(JobStoreTest, ARecordThatCannotBeReadIsNamedAndLeft) {
  ASSERT_TRUE(store_->AddJob(JobOf("whole"), "order").ok());
  Write(JobPath("garbage/job.pb"), "\x08\xff");
  Write(JobPath("missing/order.pb.gz"), "order");
  Write(JobPath("other/job.pb"), EncodeJob(JobOf("whole")).SerializeAsString());
  v1::Job newer = EncodeJob(JobOf("newer"));
  newer.set_state(static_cast<v1::JobState>(99));
  Write(JobPath("newer/job.pb"), newer.SerializeAsString());
  Reopen();
  EXPECT_THAT(Ids(), ElementsAre("whole"));
  EXPECT_THAT(unreadable_,
              UnorderedElementsAre(JobPath("garbage/job.pb"), JobPath("missing/job.pb"),
                                   JobPath("other/job.pb"), JobPath("newer/job.pb")));
  EXPECT_EQ(ReadAll(JobPath("garbage/job.pb")), "\x08\xff");
  EXPECT_FALSE(store_->AddJob(JobOf("garbage"), "order").ok()) << "nothing is written over it";
}

TEST_F(JobStoreTest, AFolderThatCannotBeMadeIsNamed) {
  Write(dir_.File("file"), "");
  const absl::Status status = JobStore::Open(dir_.File("file/data")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("--data " + dir_.File("file/data") + ": can't be created"));
}

}  // namespace
}  // namespace specctl::controller
