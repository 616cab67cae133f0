#include "tools/specctl/results_output.h"

#include <sstream>

#include <gmock/gmock.h>
#include <CLI/CLI.hpp>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ResultsOutputTest : public ::testing::Test {
 protected:
  ResultsOutputTest() { AddResultsFlags(app_, format_, "Output"); }

  // "" where the flags are taken.
  std::string Refusal(const std::string& line) {
    try {
      app_.parse(line);
    } catch (const CLI::Error& error) {
      return error.what();
    }
    return std::string(CheckResultsFormat(format_).message());
  }
  std::string Printed(const std::string& line) {
    EXPECT_EQ(Refusal(line), "");
    std::ostringstream out;
    EXPECT_TRUE(PrintResults(testing::FullResults(), format_, {}, /*colour=*/false, out).ok());
    return out.str();
  }

  CLI::App app_;
  ResultsFormat format_;
};

TEST_F(ResultsOutputTest, ThePageIsWhatIsPrintedUnlessAskedOtherwise) {
  EXPECT_EQ(Printed(""), RenderPage(testing::FullResults(), {}));
}

TEST_F(ResultsOutputTest, ThePageHasTheColumnsAskedFor) {
  const std::string page = Printed("--columns min,max,stddev");
  EXPECT_THAT(page, HasSubstr("min       max    stddev   error at most"));
  EXPECT_THAT(page, Not(HasSubstr("     p90")));
}

TEST_F(ResultsOutputTest, CsvIsARowPerFigure) {
  EXPECT_EQ(Printed("--format csv"), FiguresCsv(testing::FullResults()));
}

TEST_F(ResultsOutputTest, JsonIsTheSummary) {
  EXPECT_EQ(Printed("--format json"), SummaryJson(testing::FullResults()));
}

TEST_F(ResultsOutputTest, ABadValueIsRefusedWithTheFlagTheListAndTheNearest) {
  EXPECT_EQ(Refusal("--format jsn"),
            "--format: need one of text, csv, json; got \"jsn\"; did you mean json?");
  EXPECT_EQ(Refusal("--columns mean,p98"),
            "--columns: need a list of mean, stddev, min, max, p1, p5, p10, p25, p50, p75, p90, "
            "p95, p99, p999; got \"p98\"; did you mean p99?");
}

TEST_F(ResultsOutputTest, ColumnsAreOfThePageAlone) {
  EXPECT_EQ(Refusal("--columns mean --format csv"),
            "--columns: needs --format text: csv and json have every statistic");
}

}  // namespace
}  // namespace specctl::cli
