#include "tools/specctl/onward_forms.h"

#include <filesystem>

#include <gmock/gmock.h>

#include "common/report/output_file.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using testing::TempDir;

// The sample's first request drafted twice: 1 + 3 + 2 tokens, of which 3 were accepted.
void WriteSpeculatingRun(const std::string& dir) {
  std::vector<Event> events = testing::SampleEvents();
  for (Event& event : events) {
    auto* batch = std::get_if<AgentBatch>(&event);
    if (batch == nullptr) continue;
    batch->finished[0].speculation = SpeculationStats{.drafts = 2,
                                                      .drafted_tokens = 6,
                                                      .accepted_tokens = 3,
                                                      .draft_length = 3,
                                                      .acceptance_histogram = {0, 1, 1, 0}};
  }
  testing::WriteJournal(dir, events);
}

TEST(OnwardFormsTest, TheProfileAndTheSettingsAreWritten) {
  TempDir run;
  WriteSpeculatingRun(run.path());
  ExportTask task{.run_dir = run.path(), .value = "trtllm", .output = run.File("env")};
  ASSERT_TRUE(WriteInjection(task).ok()) << WriteInjection(task).status();
  EXPECT_THAT(testing::ReadAll(task.output),
              HasSubstr("\nTLLM_SPEC_DECODE_FORCE_NUM_ACCEPTED_TOKENS=1.5\n"));
  task.output = run.File("profile.json");
  ASSERT_TRUE(WriteSpeculationProfile(task).ok());
  EXPECT_THAT(testing::ReadAll(task.output), HasSubstr("\"mean_accept_length\": 2.5,"));
}

TEST(OnwardFormsTest, ARunThatDoesNotServeWritesNothing) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const ExportTask task{.run_dir = run.path(), .value = "vllm", .output = run.File("env")};
  const auto written = WriteInjection(task);
  EXPECT_TRUE(absl::IsFailedPrecondition(written.status())) << written.status();
  EXPECT_FALSE(std::filesystem::exists(task.output));
}

TEST(OnwardFormsTest, AnUnknownEngineIsNamedWithItsFlag) {
  TempDir run;
  WriteSpeculatingRun(run.path());
  const auto written = WriteInjection({.run_dir = run.path(), .value = "llama", .output = "-"});
  EXPECT_TRUE(absl::IsInvalidArgument(written.status()));
  EXPECT_THAT(std::string(written.status().message()),
              HasSubstr("--inject: need one of vllm, sglang, trtllm"));
}

}  // namespace
}  // namespace specctl::cli
