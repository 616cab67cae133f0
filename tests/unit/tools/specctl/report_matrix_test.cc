#include "tools/specctl/report_matrix.h"

#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "common/report/output_file.h"
#include "tests/unit/common/report/sample_journal.h"
#include "tests/unit/common/report/temp_dir.h"
#include "tools/specctl/report_command.h"

namespace specctl::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::TempDir;

// A run of one category, whose throughput is known.
void WriteRun(const std::string& dir, const std::string& run_id, const std::string& model) {
  std::vector<Event> events = testing::SampleEvents();
  auto& begun = std::get<RunBegun>(events.front());
  begun.spec.run_id = run_id;
  begun.spec.request.model = model;
  // Its last chunk's tokens are unknown, and so would be the throughput.
  for (Event& event : events) {
    if (auto* batch = std::get_if<AgentBatch>(&event)) batch->finished[0].output_tokens = 4;
  }
  testing::WriteJournal(dir, events);
}

struct MatrixRan {
  int exit_status = -1;
  std::string out, err;
};

MatrixRan RunMatrixOf(const MatrixOptions& options) {
  std::ostringstream out, err;
  MatrixRan ran;
  ran.exit_status = RunMatrix(options, out, err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

TEST(ReportMatrixTest, PrintsATableAndWritesNothingIntoTheRuns) {
  TempDir a, b;
  WriteRun(a.path(), "a", "model-a");
  WriteRun(b.path(), "b", "model-b");
  const MatrixRan ran = RunMatrixOf(
      {.runs = {a.path(), b.path()}, .metric = "throughput", .output = "", .columns = 110});
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out,
              AllOf(StartsWith("throughput "), HasSubstr("\nmodel-a"), HasSubstr("\nmodel-b")));
  EXPECT_FALSE(std::filesystem::exists(a.File("summary.json")));
}

TEST(ReportMatrixTest, BothWritesTheCsvBesideTheTableAsAiperfDoes) {
  TempDir run;
  WriteRun(run.path(), "a", "model-a");
  MatrixOptions options{.runs = {run.path()}, .metric = "throughput", .format = "both"};
  options.output = run.File("m.csv");
  options.columns = 110;
  const MatrixRan ran = RunMatrixOf(options);
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("throughput "));
  EXPECT_THAT(ran.err, HasSubstr("CSV written to " + options.output));
  EXPECT_THAT(testing::ReadAll(options.output), StartsWith("Model,coding,Overall\r\nmodel-a,"));
  // The same on standard output.
  options.format = "csv";
  options.output.clear();
  EXPECT_EQ(RunMatrixOf(options).out, testing::ReadAll(run.File("m.csv")));
}

TEST(ReportMatrixTest, JsonIsAnObject) {
  TempDir run;
  WriteRun(run.path(), "a", "model-a");
  const MatrixRan ran =
      RunMatrixOf({.runs = {run.path()}, .metric = "throughput", .format = "json"});
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_EQ(boost::json::parse(ran.out).at("metric").as_string(), "throughput");
}

TEST(ReportMatrixTest, RunsThatDoNotFitAreBadInputAndNothingIsPrinted) {
  TempDir a, b;
  WriteRun(a.path(), "a", "model-a");
  WriteRun(b.path(), "b", "model-a");
  const MatrixRan ran = RunMatrixOf({.runs = {a.path(), b.path()}, .metric = "throughput"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, AllOf(HasSubstr("specctl report: " + a.path() + " and " + b.path()),
                             HasSubstr("both have row \"model-a\"")));
}

TEST(ReportMatrixTest, WhatNoRunTellsFailsWithTheReason) {
  TempDir run;
  WriteRun(run.path(), "a", "model-a");
  const MatrixRan ran = RunMatrixOf({.runs = {run.path()}, .metric = "accept_length"});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.err, HasSubstr("--matrix accept_length: no cell has a value"));
}

TEST(ReportMatrixTest, BadFlagsAndMissingRunsAreBadInput) {
  TempDir run;
  WriteRun(run.path(), "a", "model-a");
  EXPECT_EQ(RunMatrixOf({.runs = {run.path()}, .metric = "al"}).exit_status, 2);
  EXPECT_EQ(RunMatrixOf({.runs = {run.File("none")}, .metric = "throughput"}).exit_status, 2);
  MatrixOptions options{.runs = {run.path()}, .metric = "throughput"};
  options.output = run.File("x");
  EXPECT_THAT(RunMatrixOf(options).err, HasSubstr("--output: needs --format csv, both or json"));
}

// --- the command line ----------------------------------------------------------------------------

// Parses `line` after "specctl report"; the exit status, or -1 where the parse failed.
int ParseReport(const std::vector<std::string>& words) {
  CLI::App app;
  int exit_status = -1;
  AddReportCommand(app, exit_status);
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  reversed.emplace_back("report");
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError&) {
    return -1;
  }
  return exit_status;
}

TEST(ReportMatrixTest, FlagsOfTheMatrixNeedIt) {
  TempDir run;
  WriteRun(run.path(), "a", "model-a");
  EXPECT_EQ(ParseReport({run.path(), "--by", "tier"}), 2);
  EXPECT_EQ(ParseReport({run.path(), "--rows", "target"}), 2);
  EXPECT_EQ(ParseReport({run.path(), "--format", "both"}), 2);
  EXPECT_EQ(ParseReport({run.path(), run.path()}), 2);
  EXPECT_EQ(ParseReport({run.path(), "--format", "tabel"}), -1);
  EXPECT_EQ(ParseReport({run.path(), "--matrix", "throughput", "--strict"}), 2);
  EXPECT_EQ(ParseReport({run.path(), "--matrix", "throughput", "--output-dir", run.File("x")}), 2);
  EXPECT_EQ(ParseReport({run.path(), "--matrix", "throughput", "--columns", "mean"}), 2);
}

}  // namespace
}  // namespace specctl::cli
