#include "common/compare/spec_differences.h"

#include <gtest/gtest.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl::testing {
namespace {

std::string Shown(const std::vector<SpecDifference>& differences) {
  std::string out;
  for (const SpecDifference& each : differences) {
    out += each.field + ": " + each.a + " | " + each.b + "\n";
  }
  return out;
}

Results Sample() {
  Results results;
  results.spec = SampleSpec();
  results.targets = {SampleTarget(0)};
  return results;
}

TEST(SpecDifferencesTest, RunsOfOneSpecDifferInNothing) {
  Results b = Sample();
  b.spec.run_id = "another";
  b.begun_unix_ns = 5;
  b.notes = {"a note"};
  EXPECT_EQ(Shown(SpecDifferences(Sample(), b)), "");
}

// A run that ended before its servers were probed: the list's own field is empty, as is absent.
TEST(SpecDifferencesTest, AnEmptyListIsNoFieldOfItsOwn) {
  Results b = Sample();
  b.targets.clear();
  const std::string shown = Shown(SpecDifferences(Sample(), b));
  EXPECT_NE(shown.find("targets.0.engine: "), std::string::npos) << shown;
  EXPECT_EQ(shown.find("targets: "), std::string::npos) << shown;
}

TEST(SpecDifferencesTest, EveryFieldOfRunJsonIsCompared) {
  Results b = Sample();
  b.spec.load.shape = ClosedLoop{256};
  b.spec.request.temperature.reset();
  b.spec.dataset.rows = 7;
  b.spec.tags = {{"gpu", "H100"}};
  b.spec.timeouts.idle = std::chrono::seconds(5);
  b.targets[0].identity.version = "0.33.0";
  b.targets[0].identity.speculation_method = "ngram";
  EXPECT_EQ(Shown(SpecDifferences(Sample(), b)),
            "dataset.rows: 1536 | 7\n"
            "load.bs: 512 | 256\n"
            "request.temperature: 0 | \n"
            "timeouts.idle_s: 60 | 5\n"
            "tags.gpu: L4 | H100\n"
            "tags.team: b | \n"
            "targets.0.engine_version: 0.32.0 | 0.33.0\n"
            "targets.0.speculation_method:  | ngram\n");
}

}  // namespace
}  // namespace specctl::testing
