#include "tools/specctl/report_golden_al.h"

#include <sstream>

#include <gmock/gmock.h>

#include "common/report/output_file.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDir;

TEST(ReportGoldenAlTest, ARunThatDrafted) {
  TempDir run;
  std::vector<Event> events = testing::SampleEvents();
  std::get<RunBegun>(events.front()).spec.tags = {{"thinking", "on"}};
  for (Event& event : events) {
    auto* batch = std::get_if<AgentBatch>(&event);
    if (batch == nullptr) continue;
    batch->finished[0].speculation = SpeculationStats{.drafts = 2,
                                                      .drafted_tokens = 6,
                                                      .accepted_tokens = 3,
                                                      .draft_length = 3,
                                                      .acceptance_histogram = {0, 1, 1, 0}};
  }
  testing::WriteJournal(run.path(), events);
  std::ostringstream out, err;
  EXPECT_EQ(RunGoldenAl({run.path()}, "", out, err), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\nLlama-3.1-8B:\n  thinking_on:\n    3: 2.50\n"));
  EXPECT_EQ(RunGoldenAl({run.path()}, run.File("al.yaml"), out, err), 0);
  EXPECT_THAT(testing::ReadAll(run.File("al.yaml")), HasSubstr("    3: 2.50\n"));
}

TEST(ReportGoldenAlTest, RunsThatDoNotServe) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ostringstream out, err;
  EXPECT_EQ(RunGoldenAl({run.path()}, "", out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("nothing tells whether the model was thinking"));
  EXPECT_EQ(RunGoldenAl({run.File("none")}, "", out, err), 2);
  EXPECT_THAT(out.str(), IsEmpty());
}

}  // namespace
}  // namespace specctl::cli
