#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using ::boost::json::object;
using ::boost::json::parse;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ReadAll;
using testing::TempDir;

const std::set<std::string> kFiles = {"run.json",
                                      "summary.json",
                                      "requests.jsonl",
                                      "curves.csv",
                                      "profile_export.jsonl",
                                      "profile_export_aiperf.json",
                                      "profile_export_aiperf.csv",
                                      "server_metrics_export.json"};

std::set<std::string> NamesIn(const std::string& dir) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

std::vector<object> Rows(const std::string& path) {
  std::vector<object> rows;
  std::istringstream text(ReadAll(path));
  for (std::string line; std::getline(text, line);) rows.push_back(parse(line).as_object());
  return rows;
}

TEST(WriteArtifactsTest, EveryFileIsThereAndReadable) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const absl::StatusOr<Results> results = WriteArtifacts(run.path(), run.File("out"));
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(NamesIn(run.File("out")), kFiles);
  EXPECT_EQ(parse(ReadAll(run.File("out/summary.json"))).at("conservation").at("ok").as_int64(), 1);
  EXPECT_EQ(parse(ReadAll(run.File("out/run.json"))).at("run_id").as_string(),
            "20261122-101410-7f3a");
  const std::vector<object> rows = Rows(run.File("out/requests.jsonl"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("request_id").as_string(), "0.0");
  EXPECT_EQ(rows[0].at("question_id").as_string(), "q0");
  EXPECT_EQ(rows[0].at("first_token_ns").as_int64(), 1'200'000'000);
  EXPECT_EQ(rows[1].at("error").as_string(), "503 (http://vllm-1:8000)");
}

TEST(WriteArtifactsTest, RepliesAreWrittenWhereTheRunSavedThem) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents(true));
  ASSERT_TRUE(WriteArtifacts(run.path(), run.path()).ok());
  const std::vector<object> rows = Rows(run.File("outputs.jsonl"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("text").as_string(), "hello");
}

TEST(WriteArtifactsTest, TheBytesDependOnTheJournalAlone) {
  TempDir first, second;
  testing::WriteJournal(first.path(), testing::SampleEvents());
  std::filesystem::copy_file(first.File("journal.pb"), second.File("journal.pb"));
  ASSERT_TRUE(WriteArtifacts(first.path(), first.path()).ok());
  ASSERT_TRUE(WriteArtifacts(second.path(), second.File("elsewhere")).ok());
  for (const std::string& name : kFiles) {
    EXPECT_EQ(ReadAll(first.File(name)), ReadAll(second.File("elsewhere/" + name))) << name;
    EXPECT_THAT(ReadAll(first.File(name)), Not(HasSubstr(first.path()))) << name;
  }
}

TEST(WriteArtifactsTest, ATornTailIsInTheResults) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ofstream(run.File("journal.pb"), std::ios::binary | std::ios::app) << "abc";
  const absl::StatusOr<Results> results = WriteArtifacts(run.path(), run.path());
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->journal_torn_bytes, 3u);
}

TEST(WriteArtifactsTest, NoSuchRunMakesNoFolder) {
  TempDir dir;
  const absl::StatusOr<Results> results = WriteArtifacts(dir.File("none"), dir.File("out"));
  EXPECT_EQ(results.status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(dir.File("out")));
}

TEST(WriteArtifactsTest, AFolderThatCantBeMadeIsNamed) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const absl::StatusOr<Results> results = WriteArtifacts(run.path(), run.File("a/b"));
  EXPECT_EQ(results.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(results.status().message()), HasSubstr(run.File("a/b")));
}

TEST(WriteArtifactsTest, AFileThatCantBeWrittenIsNamedAndTheOldOneKept) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ofstream(run.File("requests.jsonl")) << "old\n";
  std::filesystem::create_symlink("/dev/full", run.File("requests.jsonl.part"));
  const absl::StatusOr<Results> results = WriteArtifacts(run.path(), run.path());
  EXPECT_EQ(results.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(results.status().message()),
              HasSubstr("requests.jsonl: write failed: No space left"));
  EXPECT_EQ(ReadAll(run.File("requests.jsonl")), "old\n");
  EXPECT_EQ(NamesIn(run.path()), (std::set<std::string>{"journal.pb", "requests.jsonl"}));
}

}  // namespace
}  // namespace specctl
