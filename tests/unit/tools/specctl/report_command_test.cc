#include "tools/specctl/report_command.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDir;

struct Ran {
  int exit_status = -1;
  std::string out, err;
};

Ran Report(const ReportOptions& options) {
  std::ostringstream out, err;
  Ran ran;
  ran.exit_status = RunReport(options, out, err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

ReportOptions Of(const std::string& run_dir) {
  ReportOptions options;
  options.run_dir = run_dir;
  return options;
}

TEST(ReportCommandTest, PrintsThePageAndWritesIntoTheRun) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const Ran ran = Report(Of(run.path()));
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("run 20261122-101410-7f3a"));
  EXPECT_THAT(ran.err, IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(run.File("summary.json")));
}

TEST(ReportCommandTest, FormatJsonPrintsTheSummaryAsItIsInTheFile) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  ReportOptions options = Of(run.path());
  options.format.format = "json";
  options.output_dir = run.File("new");
  const Ran ran = Report(options);
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_EQ(ran.out, testing::ReadAll(run.File("new/summary.json")));
}

TEST(ReportCommandTest, APageThatDoesNotArriveFailsAndNamesTheArtifacts) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  for (const char* format : {"text", "csv", "json"}) {
    ReportOptions options = Of(run.path());
    options.format.format = format;
    std::ofstream full("/dev/full");
    std::ostringstream err;
    EXPECT_EQ(RunReport(options, full, err), 1);
    EXPECT_THAT(err.str(), HasSubstr("standard output could not be written"));
    EXPECT_THAT(err.str(), HasSubstr("artifacts are in " + run.path()));
    EXPECT_TRUE(std::filesystem::exists(run.File("summary.json")));
  }
}

TEST(ReportCommandTest, NoSuchRunIsBadInput) {
  TempDir dir;
  ReportOptions options = Of(dir.File("none"));
  options.output_dir = dir.File("new");
  const Ran ran = Report(options);
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, HasSubstr(dir.File("none") + ": no such run"));
  EXPECT_FALSE(std::filesystem::exists(dir.File("new")));
}

TEST(ReportCommandTest, AFolderWithOtherThingsInItIsRefused) {
  TempDir run, other;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ofstream(other.File("mine.txt")) << "x";
  ReportOptions options = Of(run.path());
  options.output_dir = other.path();
  const Ran ran = Report(options);
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, HasSubstr("--output-dir"));
  EXPECT_THAT(ran.err, HasSubstr("not empty"));
  EXPECT_FALSE(std::filesystem::exists(other.File("run.json")));
}

TEST(ReportCommandTest, TheRunsOwnFolderMayBeNamed) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  ReportOptions options = Of(run.path());
  options.output_dir = run.path() + "/.";
  EXPECT_EQ(Report(options).exit_status, 0);
}

TEST(ReportCommandTest, ATornTailIsToldWithItsBytes) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::ofstream(run.File("journal.pb"), std::ios::binary | std::ios::app) << "abcde";
  const Ran ran = Report(Of(run.path()));
  EXPECT_EQ(ran.exit_status, 0);
  EXPECT_THAT(ran.err, HasSubstr("journal.pb: torn tail: its last 5 bytes"));
}

TEST(ReportCommandTest, ADamagedRecordIsSaidAndTheRestReported) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  const uint64_t at = testing::DamageRecord(run.File("journal.pb"), 4);
  const Ran ran = Report(Of(run.path()));
  EXPECT_EQ(ran.exit_status, 0);
  const std::string where = "at byte " + std::to_string(at);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("journal.pb: damaged: "), HasSubstr(where)));
  EXPECT_THAT(ran.out, AllOf(HasSubstr("journal_damaged"), HasSubstr(where)));
}

TEST(ReportCommandTest, AJournalWithADamagedSpecFailsAndNamesTheByte) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  std::fstream file(run.File("journal.pb"), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(20);
  file.put('\xff');
  file.close();
  const Ran ran = Report(Of(run.path()));
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.err, HasSubstr("at byte 0"));
}

TEST(ReportCommandTest, StrictTurnsAnInvalidVerdictIntoThree) {
  TempDir run;
  std::vector<Event> events = testing::SampleEvents();
  events.resize(events.size() - 3);  // no batch, no end: nothing was measured
  testing::WriteJournal(run.path(), events);
  ReportOptions options = Of(run.path());
  options.format.format = "json";
  const Ran lenient = Report(options);
  ASSERT_EQ(boost::json::parse(lenient.out).at("verdict").at("state").as_string(), "invalid");
  EXPECT_EQ(lenient.exit_status, 0);
  options.strict = true;
  EXPECT_EQ(Report(options).exit_status, 3);
}

TEST(ReportCommandTest, AnUnknownFormatIsAUsageError) {
  CLI::App app;
  int exit_status = 0;
  AddReportCommand(app, exit_status);
  EXPECT_THROW(app.parse("report some-run --format xml"), CLI::ValidationError);
  EXPECT_THROW(app.parse("report"), CLI::RequiredError);
}

// What the command line says, and its exit status.
Ran ReportLine(const std::string& line) {
  CLI::App app;
  Ran ran;
  AddReportCommand(app, ran.exit_status);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  app.parse("report " + line);
  ran.out = ::testing::internal::GetCapturedStdout();
  ran.err = ::testing::internal::GetCapturedStderr();
  return ran;
}

TEST(ReportCommandTest, GoldenAlTakesNoFlagOfOtherForms) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  for (const char* const flag : {"--matrix accept_length", "--by tier", "--rows target",
                                 "--output-dir new", "--columns p99", "--strict"}) {
    const Ran ran = ReportLine(run.path() + " --format golden-al " + flag);
    EXPECT_EQ(ran.exit_status, 2) << flag;
    const std::string name = std::string(flag).substr(0, std::string_view(flag).find(' '));
    EXPECT_EQ(ran.err, "specctl report: " + name + ": does not go with --format golden-al\n");
    EXPECT_EQ(ran.out, "");
  }
  EXPECT_FALSE(std::filesystem::exists("new"));
}

TEST(ReportCommandTest, FlagsOfAMatrixNeedOne) {
  TempDir run;
  testing::WriteJournal(run.path(), testing::SampleEvents());
  for (const char* const flag :
       {"--by tier", "--rows target", "--output x", "--format table", "--format both"}) {
    const Ran ran = ReportLine(run.path() + " " + flag);
    EXPECT_EQ(ran.exit_status, 2) << flag;
    EXPECT_THAT(ran.err, HasSubstr(": needs --matrix METRIC")) << flag;
  }
  EXPECT_THAT(ReportLine(run.path() + " " + run.path()).err, HasSubstr("RUN: got 2; without"));
}

}  // namespace
}  // namespace specctl::cli
