#include <algorithm>
#include <filesystem>
#include <variant>

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using testing::ReadAll;
using testing::TempDir;

boost::json::value JsonIn(const std::string& path) { return boost::json::parse(ReadAll(path)); }

// The sample's rows with these categories.
std::vector<Event> EventsOf(std::string first, std::string second) {
  std::vector<Event> events = testing::SampleEvents();
  for (Event& event : events) {
    if (auto* row = std::get_if<PlannedRow>(&event)) {
      row->category = row->order_index == 0 ? first : second;
    }
    if (auto* begun = std::get_if<RunBegun>(&event)) {
      begun->spec.dataset.name = "speed_bench_qualitative";
    }
  }
  return events;
}

TEST(ExportAiperfTest, EachCategoryHasAFolder) {
  TempDir run;
  testing::WriteJournal(run.path(), EventsOf("math", "coding"));
  const auto loss = ExportAiperf(run.path(), run.File("matrix"));
  ASSERT_TRUE(loss.ok()) << loss.status();
  for (const std::string category : {"math", "coding"}) {
    const std::string dir = run.File("matrix/speed_bench_" + category);
    const auto profile = JsonIn(dir + "/profile_export_aiperf.json");
    EXPECT_EQ(profile.at("input_config").at("datasets").at(0).at("format").as_string(),
              "speed_bench_" + category);
    EXPECT_EQ(profile.at("input_config").at("models").at("items").at(0).at("name").as_string(),
              "Llama-3.1-8B");
    // A category that ran with others has no throughput of its own, and says so.
    EXPECT_FALSE(profile.as_object().contains("output_token_throughput"));
    EXPECT_THAT(std::string(profile.at("specctl").at("notes").at(0).as_string()),
                HasSubstr("throughput: left out"));
    EXPECT_TRUE(std::filesystem::exists(dir + "/server_metrics_export.json"));
    EXPECT_TRUE(std::filesystem::exists(dir + "/profile_export_aiperf.csv"));
    const std::string records = ReadAll(dir + "/profile_export.jsonl");
    EXPECT_EQ(std::count(records.begin(), records.end(), '\n'), 1);
  }
}

TEST(ExportAiperfTest, ARunOfOneCategoryHasThroughput) {
  TempDir run;
  testing::WriteJournal(run.path(), EventsOf("math", "math"));
  ASSERT_TRUE(ExportAiperf(run.path(), run.File("matrix")).ok());
  const auto profile = JsonIn(run.File("matrix/speed_bench_math/profile_export_aiperf.json"));
  // 6 tokens from the first due time (1 s) to the last end (2.5 s).
  EXPECT_DOUBLE_EQ(profile.at("output_token_throughput").at("avg").to_number<double>(), 4);
}

TEST(ExportAiperfTest, RowsWithoutACategoryHaveNoColumn) {
  TempDir run;
  testing::WriteJournal(run.path(), EventsOf("", ""));
  const auto loss = ExportAiperf(run.path(), run.File("matrix"));
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(loss.status().message()), HasSubstr("no request of the run has a cat"));
}

TEST(ExportAiperfTest, SeveralModelsHaveNoRow) {
  TempDir run;
  std::vector<Event> events = EventsOf("math", "coding");
  std::get<RunBegun>(events[0]).spec.targets[1].model = "other";
  testing::WriteJournal(run.path(), events);
  const auto loss = ExportAiperf(run.path(), run.File("matrix"));
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(run.File("matrix")));
}

TEST(ExportAiperfTest, RowsOfSeveralModelsLeaveNothingBehind) {
  TempDir run;
  std::vector<Event> events = EventsOf("math", "coding");
  for (Event& event : events) {
    if (auto* row = std::get_if<PlannedRow>(&event)) row->model = "m" + row->question_id;
  }
  testing::WriteJournal(run.path(), events);
  const auto loss = ExportAiperf(run.path(), run.File("matrix"));
  EXPECT_THAT(std::string(loss.status().message()), HasSubstr("name several models"));
  EXPECT_FALSE(std::filesystem::exists(run.File("matrix")));
}

TEST(ExportAiperfTest, TwoCategoriesOfOneFolderNameAreRefused) {
  TempDir run;
  testing::WriteJournal(run.path(), EventsOf("a/b", "a_b"));
  const auto loss = ExportAiperf(run.path(), run.File("matrix"));
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::string(loss.status().message()), "--aiperf: two categories would be one folder, " +
                                                      run.File("matrix/speed_bench_a_b") +
                                                      ": rename one of them");
  EXPECT_FALSE(std::filesystem::exists(run.File("matrix")));
  TempDir other;
  testing::WriteJournal(other.path(), EventsOf("a/b", "c"));
  EXPECT_TRUE(ExportAiperf(other.path(), other.File("matrix")).ok());
}

TEST(ExportAiperfTest, AFolderWithSomethingInItIsRefused) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const auto loss = ExportAiperf(run.path(), run.path());
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(loss.status().message()),
              HasSubstr("need a folder that is empty or new"));
  EXPECT_EQ(ExportAiperf(run.path(), "").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ExportAiperfTest, NoSuchRunMakesNoFolder) {
  TempDir dir;
  EXPECT_EQ(ExportAiperf(dir.File("none"), dir.File("matrix")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(dir.File("matrix")));
}

}  // namespace
}  // namespace specctl
