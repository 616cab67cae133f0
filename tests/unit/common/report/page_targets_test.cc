#include "common/report/page_targets.h"

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SliceFigures Target(const std::string& key, double tps) {
  SliceFigures slice = testing::SampleSlice(Dimension::kTarget, key, 2.5);
  slice.whole_run_output_tps = tps;
  slice.figures.latency.ttft_ms = testing::Around(212, 100);
  slice.conservation.ok = 500;
  return slice;
}

TEST(PageTargetsTest, EachTargetHasItsLine) {
  Results results = testing::FullResults();
  results.slices = {Target("http://vllm-0:8000", 9000), Target("http://vllm-1:8000", 9645)};
  results.servers->targets[0].running = GaugeSummary{251, 256};
  results.servers->targets[0].waiting = GaugeSummary{1.5, 9};
  const std::string table = TargetTable(results);
  EXPECT_THAT(table, HasSubstr("by target                 TPS TTFT p50 TTFT p99       AL  running  "
                               "waiting   not ok\n"));
  EXPECT_THAT(table, HasSubstr("http://vllm-0:8000      9,000      212      312     2.50      251  "
                               "   1.50       12\n"));
  EXPECT_THAT(table, HasSubstr("http://vllm-1:8000      9,645      212      312     2.50        -  "
                               "      -       12\n"));
}

TEST(PageTargetsTest, OneTargetIsTheRun) {
  Results results = testing::FullResults();
  results.slices = {Target("http://vllm-0:8000", 9000)};
  EXPECT_EQ(TargetTable(results), "");
}

TEST(PageTargetsTest, ManyTargetsAreCutAndLongNamesStandAlone) {
  Results results = testing::FullResults();
  results.slices = {Target("http://" + std::string(60, 'x'), 1)};
  for (int i = 0; i < 20; ++i) results.slices.push_back(Target(std::to_string(i), 2));
  const std::string table = TargetTable(results);
  EXPECT_THAT(table, HasSubstr(std::string(60, 'x') + "\n"));
  EXPECT_THAT(table, HasSubstr("5 more: slices in summary.json\n"));
  EXPECT_THAT(table, Not(HasSubstr("\n19 ")));
}

}  // namespace
}  // namespace specctl
