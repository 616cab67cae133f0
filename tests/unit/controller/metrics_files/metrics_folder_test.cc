#include "controller/metrics_files/metrics_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MetricsFolderTest : public ::testing::Test {
 protected:
  MetricsFolderTest() {
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("metrics_folder_") +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~MetricsFolderTest() override { std::filesystem::remove_all(folder_); }

  void Append(const std::string& hour, const std::string& text) {
    std::ofstream(folder_ / ("sglang-request-metrics-20261122_" + hour + ".log"), std::ios::app)
        << text;
  }
  static std::string Line(const std::string& id) {
    return R"({"request_parameters":"{}","id":")" + id + "\",\"completion_tokens\":8}\n";
  }
  MetricsFolder Open() { return *MetricsFolder::Open(folder_.string()); }
  static std::vector<std::string> Ids(const std::vector<StatisticsRead>& pieces) {
    std::vector<std::string> ids;
    for (const StatisticsRead& piece : pieces) {
      for (const LoggedResponse& response : piece.responses) ids.push_back(response.response_id);
    }
    return ids;
  }

  std::filesystem::path folder_;
};

TEST_F(MetricsFolderTest, WhatWasThereBeforeTheRunIsNotOfIt) {
  Append("13", Line("old"));
  Append("14", Line("older"));
  const MetricsFolder folder = Open();
  Append("14", Line("a") + Line("b"));
  const auto pieces = folder.ReadAppended();
  EXPECT_THAT(Ids(pieces), ElementsAre("a", "b"));
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].files, 1u);
  EXPECT_EQ(pieces[0].error, "");
}

// NeMo-Skills reads the newest file alone.
TEST_F(MetricsFolderTest, AnHourThatEndsDuringTheRunLosesNothing) {
  Append("14", Line("old"));
  const MetricsFolder folder = Open();
  Append("14", Line("a"));
  Append("15", Line("b"));
  Append("16", Line("c"));
  EXPECT_THAT(Ids(folder.ReadAppended()), ElementsAre("a", "b", "c"));
}

TEST_F(MetricsFolderTest, ATornLineAndOddOnesAreCounted) {
  const MetricsFolder folder = Open();
  Append("14", Line("a") + "nonsense\n" + R"({"id":"to)");
  const auto pieces = folder.ReadAppended();
  EXPECT_THAT(Ids(pieces), ElementsAre("a"));
  EXPECT_EQ(pieces[0].undecodable_lines, 1u);
  EXPECT_EQ(pieces[0].torn_files, 1u);
}

TEST_F(MetricsFolderTest, OtherFilesAreNone) {
  const MetricsFolder folder = Open();
  std::ofstream(folder_ / "server.log") << Line("x");
  const auto pieces = folder.ReadAppended();
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].files, 0u);
}

TEST_F(MetricsFolderTest, AFolderThatIsNoneIsRefusedByName) {
  const auto opened = MetricsFolder::Open((folder_ / "nowhere").string());
  ASSERT_EQ(opened.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("nowhere: can't list"));
}

TEST_F(MetricsFolderTest, AFolderThatVanishesIsAnError) {
  const MetricsFolder folder = Open();
  std::filesystem::remove_all(folder_);
  EXPECT_THAT(folder.ReadAppended().back().error, HasSubstr("can't list"));
}

}  // namespace
}  // namespace specctl::controller
