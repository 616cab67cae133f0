#include "common/report/page.h"

#include <sstream>

#include <gmock/gmock.h>

#include "common/report/text_layout.h"
#include "tests/unit/common/report/golden.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

PageOptions Plain() { return {.run_dir = "runs/20261122-101410-7f3a"}; }

TEST(PageTest, AFullRunReadsAsTheGoldenFile) {
  testing::ExpectGolden("page.txt", RenderPage(testing::FullResults(), Plain()));
}

TEST(PageTest, ARunInWhichNothingWorkedReadsAsTheGoldenFile) {
  testing::ExpectGolden("page_bare.txt", RenderPage(testing::BareResults(), {}));
}

TEST(PageTest, NoLineIsTooWideNorEndsInSpaces) {
  for (const Results& results : {testing::FullResults(), testing::BareResults()}) {
    std::istringstream page(RenderPage(results, Plain()));
    for (std::string line; std::getline(page, line);) {
      EXPECT_LE(ColumnsOf(line), kPageColumns) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(PageTest, EmptyResultsStillMakeAPage) {
  EXPECT_THAT(RenderPage(Results{}, {}), StartsWith("VALID"));
}

TEST(PageTest, TheFolderAndItsFilesAreTheLastLine) {
  Results results = testing::FullResults();
  results.spec.save_text = true;
  EXPECT_THAT(RenderPage(results, Plain()),
              HasSubstr("files     runs/20261122-101410-7f3a/\n          summary.json, curves.csv, "
                        "requests.jsonl, run.json, journal.pb, outputs.jsonl\n"
                        "          AIPerf's profile_export.jsonl, profile_export_aiperf.json,\n"
                        "          profile_export_aiperf.csv, server_metrics_export.json\n"));
  EXPECT_THAT(RenderPage(results, {}), Not(HasSubstr("files ")));
}

TEST(PageTest, TheEndNamesCommandsThatTakeTheFolderAsItIs) {
  EXPECT_THAT(RenderPage(testing::FullResults(), Plain()),
              HasSubstr("next      specctl report runs/20261122-101410-7f3a   "
                        "specctl export runs/20261122-101410-7f3a --chunks\n"
                        "          specctl run --like runs/20261122-101410-7f3a\n"));
  EXPECT_THAT(RenderPage(testing::FullResults(), {.run_dir = "my runs/a"}),
              HasSubstr("specctl report 'my runs/a'"));
}

TEST(PageTest, OnANarrowTerminalNoLineIsWiderThanThat) {
  std::istringstream page(
      RenderPage(testing::FullResults(), {.run_dir = "runs/20261122-101410-7f3a", .columns = 80}));
  for (std::string line; std::getline(page, line);) EXPECT_LE(ColumnsOf(line), 80u) << line;
}

TEST(PageTest, ColourTouchesTheVerdictAlone) {
  EXPECT_EQ(WithColour("VALID     run VALID\n"), "\x1b[1;32mVALID\x1b[0m     run VALID\n");
  EXPECT_EQ(WithColour("INVALID   run\n"), "\x1b[1;31mINVALID\x1b[0m   run\n");
  EXPECT_EQ(WithColour("run\n"), "run\n");
}

}  // namespace
}  // namespace specctl
