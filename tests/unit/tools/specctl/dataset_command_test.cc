#include "tools/specctl/dataset_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

struct Result {
  int exit_status = -1;
  std::string out;
  std::string err;
};

Result Parsed(const std::string& command_line) {
  CLI::App app("specctl");
  Result result;
  AddDatasetCommand(app, result.exit_status);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  app.parse(command_line);
  result.out = ::testing::internal::GetCapturedStdout();
  result.err = ::testing::internal::GetCapturedStderr();
  return result;
}

TEST(DatasetCommandTest, ListShowsWhatIsThereAndWithAllEveryName) {
  const Result result = Parsed("dataset list --dataset-dir /nonexistent");
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.out, HasSubstr("builtin   880  generated, only for trying things out\n"));
  EXPECT_THAT(result.out, HasSubstr("not in /nonexistent"));
  EXPECT_THAT(Parsed("dataset list --all --dataset-dir /nonexistent").out,
              HasSubstr("speed_bench_throughput_32k_high_entropy "));
  EXPECT_THAT(Parsed("dataset list --format json").out, HasSubstr("\"name\": \"builtin\""));
}

TEST(DatasetCommandTest, InspectShowsStatistics) {
  const Result result = Parsed("dataset inspect builtin_qa");
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.out, HasSubstr("\nqa          80        90          10 "));
  EXPECT_THAT(Parsed("dataset inspect builtin_qa --format json").out, HasSubstr("\"rows\": 80"));
}

TEST(DatasetCommandTest, FormatOfRowsIsPassedOn) {
  const std::string path = ::testing::TempDir() + "/dataset_command_test.jsonl";
  std::ofstream(path) << R"({"messages": [{"role": "user", "content": "a"},)"
                      << R"({"role": "user", "content": "b"}]})";
  EXPECT_THAT(Parsed("dataset inspect " + path).out, HasSubstr("format   openai_messages\n"));
  EXPECT_THAT(Parsed("dataset inspect --dataset-format speed_bench_messages " + path).out,
              HasSubstr("format   speed_bench_messages\n"));
}

TEST(DatasetCommandTest, BadInputExitsWithTwoAndSaysWhy) {
  const Result unknown = Parsed("dataset inspect speed_bench_codin");
  EXPECT_EQ(unknown.exit_status, 2);
  EXPECT_EQ(unknown.out, "");
  EXPECT_THAT(unknown.err, HasSubstr("specctl dataset: --dataset speed_bench_codin: not the name"));
  const Result format = Parsed("dataset inspect builtin --dataset-format csv");
  EXPECT_EQ(format.exit_status, 2);
  EXPECT_THAT(format.err, HasSubstr("--dataset-format: need one of auto, "));
}

TEST(DatasetCommandTest, BadUsageIsRefusedByTheParser) {
  EXPECT_THROW(Parsed("dataset"), CLI::RequiredError);
  ::testing::internal::GetCapturedStdout();
  ::testing::internal::GetCapturedStderr();
  EXPECT_THROW(Parsed("dataset list --format xml"), CLI::ValidationError);
  ::testing::internal::GetCapturedStdout();
  ::testing::internal::GetCapturedStderr();
}

}  // namespace
}  // namespace specctl::cli
