#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::boost::json::object;
using ::boost::json::parse;

object RunOf(const Results& results) { return parse(RunJson(results)).as_object(); }

TEST(RunJsonTest, TellsWhatIsNeededToRepeatTheRun) {
  const object run = RunOf(testing::FullResults());
  EXPECT_EQ(run.at("schema_version").as_int64(), 1);
  EXPECT_EQ(run.at("t0_unix_ns").as_int64(), 1795342455000000000);
  EXPECT_EQ(run.at("spec").at("load").at("seed").as_int64(), 7);
  EXPECT_EQ(run.at("spec").at("load").at("bs").as_int64(), 512);
  EXPECT_EQ(run.at("spec").at("timeouts").at("request_s").to_number<double>(), 600);
  EXPECT_EQ(run.at("dataset").at("path").as_string(), "/data/throughput_1k.jsonl");
  EXPECT_EQ(run.at("dataset").at("rows").as_int64(), 1536);
  EXPECT_EQ(run.at("targets").at(1).at("token_source").as_string(), "continuous_usage");
  EXPECT_EQ(run.at("agents").at(0).at("host").at("hostname").as_string(), "load-0");
}

TEST(RunJsonTest, LimitsThatWereNotSetAreAbsent) {
  Results results = testing::FullResults();
  const object unlimited = RunOf(results).at("spec").at("load").as_object();
  EXPECT_FALSE(unlimited.contains("duration_s"));
  EXPECT_FALSE(unlimited.contains("requests_max"));
  results.spec.load.duration = std::chrono::milliseconds(1500);
  EXPECT_EQ(RunOf(results).at("spec").at("load").at("duration_s").as_double(), 1.5);
}

TEST(RunJsonTest, TheServersOwnTemperatureIsAbsent) {
  Results results = testing::FullResults();
  EXPECT_TRUE(RunOf(results).at("spec").at("request").as_object().contains("temperature"));
  results.spec.request.temperature.reset();
  EXPECT_FALSE(RunOf(results).at("spec").at("request").as_object().contains("temperature"));
}

TEST(RunJsonTest, ATagGivenTwiceHasItsLastValue) {
  const object run = RunOf(testing::FullResults());
  EXPECT_EQ(run.at("tags").as_object().size(), 2u);
  EXPECT_EQ(run.at("tags").at("team").as_string(), "b");
}

TEST(RunJsonTest, BuiltinPromptsAreCalledWhatTheyAre) {
  const object run = RunOf(testing::BareResults());
  EXPECT_TRUE(run.at("dataset").at("builtin").as_bool());
  EXPECT_TRUE(run.at("dataset").as_object().contains("warning"));
  EXPECT_FALSE(run.contains("t0_unix_ns"));
}

}  // namespace
}  // namespace specctl
