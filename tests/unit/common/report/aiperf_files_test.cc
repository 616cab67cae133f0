#include "common/report/aiperf_files.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "tests/unit/common/export/export_requests.h"
#include "tests/unit/common/report/golden.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using testing::OkRequest;
using testing::ReadAll;
using testing::TempDir;

Results ResultsOf(const RunContext& run) {
  Results results;
  results.spec = run.spec();
  results.t0_unix_ns = testing::kUnixT0;
  results.ended = true;
  return results;
}

TEST(AiperfFilesTest, ASmallRunLeavesTheFilesOfAiperf) {
  TempDir dir;
  RunContext run = testing::ContextOf({"math", "math"});
  run.begun->spec.load.warmup = std::chrono::seconds(1);
  AiperfFiles files;
  ASSERT_TRUE(files.Open(dir.path()).ok());
  EndedRequest warmup = OkRequest(0);
  warmup.settled.stage = Stage::kWarmup;
  files.AddRequest(warmup, run);
  files.AddRequest(OkRequest(1, 6), run);
  files.AddRequest(OkRequest(2), run);
  files.AddRequest(testing::CancelledRequest(3), run);
  AcceptanceFigures acceptance;
  acceptance.source = AcceptanceSource::kPerRequest;
  acceptance.drafts = 8;
  acceptance.steps_by_target = {
      {.target = 0, .steps = 8, .delivered = 24, .drafts = 8, .drafted = 24, .accepted = 16}};
  const Results results = ResultsOf(run);
  const absl::Status done = files.Commit(
      results, {.category = "math",
                .throughput = true,
                .servers = MetricsOfRequests(acceptance, "requests of category math", run.spec()),
                .notes = {"a note"}});
  ASSERT_TRUE(done.ok()) << done;
  for (const std::string name : {"profile_export.jsonl", "profile_export_aiperf.json",
                                 "profile_export_aiperf.csv", "server_metrics_export.json"}) {
    testing::ExpectGolden("../aiperf/" + name, ReadAll(dir.File(name)));
  }
}

TEST(AiperfFilesTest, ARunThatBrokeOffSaysWhy) {
  TempDir dir;
  const RunContext run = testing::ContextOf({"math"});
  AiperfFiles files;
  ASSERT_TRUE(files.Open(dir.path()).ok());
  files.AddRequest(OkRequest(0), run);
  Results results = ResultsOf(run);
  results.end.end = RunEnd::kTooManyFailures;
  results.end.reason = "12 of 100 failed";
  results.spec.dataset.builtin = true;
  ASSERT_TRUE(files.Commit(results, {}).ok());
  const auto profile = boost::json::parse(ReadAll(dir.File("profile_export_aiperf.json")));
  EXPECT_FALSE(profile.at("is_complete").as_bool());
  EXPECT_EQ(profile.at("incomplete_reason").as_string(), "too_many_failures: 12 of 100 failed");
  EXPECT_THAT(ReadAll(dir.File("profile_export_aiperf.json")), HasSubstr("not a SPEED-Bench"));
}

TEST(AiperfFilesTest, AFolderThatIsNotThereIsNamed) {
  AiperfFiles files;
  const absl::Status opened = files.Open("/nonexistent");
  EXPECT_THAT(std::string(opened.message()), HasSubstr("/nonexistent/profile_export.jsonl"));
}

TEST(AiperfFilesTest, TheModelIsTheOneThatIsAskedForOrServed) {
  Results results;
  EXPECT_EQ(AiperfModel(results), "unknown");
  results.targets = {testing::SampleTarget(0)};
  results.targets[0].model = "served";
  EXPECT_EQ(AiperfModel(results), "served");
  results.spec = testing::SampleSpec();
  EXPECT_EQ(AiperfModel(results), "Llama-3.1-8B");
  results.spec.targets[0].model = "other";
  EXPECT_EQ(AiperfModel(results), "other");
  // Nothing of such a run may look like a SPEED-Bench result.
  results.spec.dataset.builtin = true;
  EXPECT_EQ(AiperfModel(results), "other (builtin)");
}

}  // namespace
}  // namespace specctl
