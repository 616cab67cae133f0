#include "tools/specctl/dry_run_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/six_rows.h"

namespace specctl::cli {
namespace {

using fakes::SixRows;
using ::testing::HasSubstr;

TEST(DryRunTextTest, ADryRunShowsLoadAndARequest) {
  const auto workload = MakeWorkload(SixRows(), {.shape = ClosedLoop{4}, .agents = 2}, {});
  ASSERT_TRUE(workload.ok());
  RunSpec spec;
  spec.load = {.shape = ClosedLoop{4}, .agents = 2};
  spec.targets = {{.url = "http://a:8000"}};
  spec.request.model = "m";
  spec.request.osl_tokens = 9;
  const auto text = DryRunText(*workload, spec);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("nothing is sent"));
  EXPECT_THAT(*text, HasSubstr("6, in about 2 waves of 4"));
  EXPECT_THAT(*text, HasSubstr("4 over 2 agents, at most 2 each"));
  EXPECT_THAT(*text, HasSubstr("POST /v1/chat/completions"));
  EXPECT_THAT(*text, HasSubstr("\"max_tokens\":9"));
}

TEST(DryRunTextTest, ADryRunCountsInWholeNumbers) {
  RunSpec spec;
  spec.targets = {{.url = "http://a:8000"}};
  spec.request.model = "m";
  const auto text = [&](LoadSpec load) {
    spec.load = load;
    const auto workload = MakeWorkload(SixRows(), load, {});
    return workload.ok() ? DryRunText(*workload, spec).value_or("") : "";
  };
  EXPECT_THAT(text({.shape = ClosedLoop{1}, .agents = 1, .requests_max = 11'400}),
              HasSubstr("11400, in about 11,400 waves of 1\n"));
  EXPECT_THAT(text({.shape = ClosedLoop{8}, .agents = 1}), HasSubstr("6, in about 1 wave of 8\n"));
  EXPECT_THAT(text({.shape = ClosedLoop{8}, .agents = 1}),
              HasSubstr("8 over 1 agent, at most 8 each\n"));
}

TEST(DryRunTextTest, EveryGoalOfUntilMustBeMet) {
  RunSpec spec;
  spec.targets = {{.url = "http://a:8000"}};
  spec.request.model = "m";
  spec.load = {.duration = std::chrono::minutes(30),
               .until = {{"ttft_ms", "p99", 0.05}, {"output_tps", "value", 0.01}}};
  const auto workload = MakeWorkload(SixRows(), spec.load, {});
  ASSERT_TRUE(workload.ok());
  EXPECT_THAT(DryRunText(*workload, spec).value_or(""),
              HasSubstr("then 30 m, or until ttft_ms_p99 +-5% and output_tps +-1%"));
}

}  // namespace
}  // namespace specctl::cli
