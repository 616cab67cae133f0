#include "tools/specctl/export_command.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using testing::TempDir;

TEST(ExportCommandTest, ChunksGoToTheNamedFile) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ostringstream err;
  const ExportOptions options = {
      .run_dir = run.path(), .output = run.File("chunks.jsonl"), .forms = {{"--chunks", ""}}};
  EXPECT_EQ(RunExport(options, err), 0) << err.str();
  const std::string lines = testing::ReadAll(run.File("chunks.jsonl"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
}

TEST(ExportCommandTest, NothingNamedToExportIsBadUsage) {
  std::ostringstream err;
  EXPECT_EQ(RunExport({.run_dir = "run", .output = "-", .forms = {}}, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("--chunks"));
}

TEST(ExportCommandTest, OneFormAtATime) {
  std::ostringstream err;
  const ExportOptions options = {
      .run_dir = "run", .output = "-", .forms = {{"--chunks", ""}, {"--chunks", ""}}};
  EXPECT_EQ(RunExport(options, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("--chunks and --chunks: one form at a time"));
}

TEST(ExportCommandTest, AFormThatIsNoneIsNamed) {
  std::ostringstream err;
  EXPECT_EQ(RunExport({.run_dir = "run", .output = {}, .forms = {{"--parquet", ""}}}, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("--parquet: no form; need --chunks"));
}

TEST(ExportCommandTest, NoSuchRunIsBadInput) {
  std::ostringstream err;
  EXPECT_EQ(
      RunExport({.run_dir = "/nonexistent/run", .output = "-", .forms = {{"--chunks", ""}}}, err),
      2);
  EXPECT_THAT(err.str(), HasSubstr("/nonexistent/run: no such run"));
}

TEST(ExportCommandTest, AFileThatCantBeWrittenFails) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ostringstream err;
  const ExportOptions options = {
      .run_dir = run.path(), .output = run.File("none/chunks.jsonl"), .forms = {{"--chunks", ""}}};
  EXPECT_EQ(RunExport(options, err), 1);
  EXPECT_THAT(err.str(), HasSubstr("none/chunks.jsonl: can't be written"));
}

TEST(ExportCommandTest, ATornTailIsToldWithItsBytes) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ofstream(run.File("journal.pb"), std::ios::binary | std::ios::app) << "abcde";
  std::ostringstream err;
  const ExportOptions options = {
      .run_dir = run.path(), .output = run.File("chunks.jsonl"), .forms = {{"--chunks", ""}}};
  EXPECT_EQ(RunExport(options, err), 0);
  EXPECT_THAT(err.str(), HasSubstr("torn tail: its last 5 bytes"));
}

}  // namespace
}  // namespace specctl::cli
