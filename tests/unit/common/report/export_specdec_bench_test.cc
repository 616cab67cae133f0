#include <filesystem>

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

// The sample, with chunks of 1, 3 and 2 tokens.
std::vector<Event> EventsWithTokens() {
  ChunkRunEncoder encoder;
  encoder.Reset(testing::kT0MonoNs / 1000);
  int64_t after_us = 1'200'000;
  for (const uint32_t tokens : {1, 3, 2}) {
    ChunkRecord record;
    record.arrival_us = testing::kT0MonoNs / 1000 + after_us;
    record.tokens = tokens;
    encoder.AppendRecord(record);
    after_us += 100'000;
  }
  std::vector<Event> events = testing::SampleEvents();
  for (Event& event : events) {
    if (auto* batch = std::get_if<AgentBatch>(&event)) {
      batch->chunks.clear();
      encoder.AppendSection(0, 0, batch->chunks);
    }
  }
  return events;
}

TEST(ExportSpecdecBenchTest, TheFileIsInTheFolder) {
  TempDir run;
  testing::WriteJournal(run.path(), EventsWithTokens());
  const auto loss = ExportSpecdecBench(run.path(), run.File("specdec"));
  ASSERT_TRUE(loss.ok()) << loss.status();
  const auto file = boost::json::parse(ReadAll(run.File("specdec/acceptance_rate.json")));
  EXPECT_DOUBLE_EQ(file.at(0).at("Request_AL").at("q0").to_number<double>(), 2);
  EXPECT_EQ(file.at(0).at("specctl").at("requests").as_int64(), 1);
  EXPECT_THAT(std::string(file.at(0).at("specctl").at("notes").at(0).as_string()),
              HasSubstr("specdec_bench's definitions"));
}

TEST(ExportSpecdecBenchTest, ChunksOfUnknownTokensAreNoSteps) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const auto loss = ExportSpecdecBench(run.path(), run.File("specdec"));
  EXPECT_EQ(loss.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(run.File("specdec")));
  EXPECT_EQ(ExportSpecdecBench(run.path(), "").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace specctl
