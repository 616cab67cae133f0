#include <gmock/gmock.h>

#include <cmath>

#include <boost/json.hpp>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/golden.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::boost::json::object;
using ::boost::json::parse;

object Summary(const Results& results) { return parse(SummaryJson(results)).as_object(); }

TEST(SummaryJsonTest, AFullRunReadsAsTheGoldenFile) {
  testing::ExpectGolden("summary.json", SummaryJson(testing::FullResults()));
}

TEST(SummaryJsonTest, HasTheDocumentedKeys) {
  const object summary = Summary(testing::FullResults());
  EXPECT_EQ(summary.at("schema_version").as_int64(), 2);
  EXPECT_EQ(summary.at("verdict").at("state").as_string(), "valid");
  EXPECT_EQ(summary.at("verdict").at("labels").at(0).as_string(), "queued");
  EXPECT_EQ(summary.at("hold").at("windows").as_int64(), 61);
  for (const char* key : {"planned", "sent", "shed", "unassigned", "ok", "failed", "timed_out",
                          "cancelled", "lost"}) {
    EXPECT_TRUE(summary.at("conservation").as_object().contains(key)) << key;
  }
  for (const char* key : {"output_tps", "total_tps", "requests_per_s"}) {
    const object& estimate = summary.at("throughput").at(key).as_object();
    EXPECT_TRUE(estimate.contains("value") && estimate.contains("low")) << key;
  }
  for (const char* key : {"count", "mean", "min", "max", "p1", "p5", "p10", "p25", "p50", "p75",
                          "p90", "p95", "p99", "p999"}) {
    EXPECT_TRUE(summary.at("ttft_ms").as_object().contains(key)) << key;
  }
  EXPECT_EQ(summary.at("acceptance").at("source").as_string(), "per_request");
  EXPECT_EQ(summary.at("servers").at("running").at("max").to_number<double>(), 512);
  EXPECT_EQ(summary.at("slices").at(2).at("key").as_string(), "high_entropy");
}

TEST(SummaryJsonTest, WhatIsAbsentHasNoKey) {
  const object summary = Summary(testing::BareResults());
  for (const char* key : {"hold", "ttft_ms", "user_tps", "acceptance", "acceptance_from_chunks",
                          "servers", "receive_lag_ms", "end"}) {
    EXPECT_FALSE(summary.contains(key)) << key;
  }
  EXPECT_TRUE(summary.at("throughput").as_object().empty());
  EXPECT_FALSE(summary.at("tokens").as_object().contains("output"));
  EXPECT_FALSE(summary.at("verdict").at("reasons").at(0).as_object().contains("windows"));
  EXPECT_EQ(summary.at("headline").as_string(), "whole_run");
  EXPECT_EQ(summary.at("journal_torn_bytes").as_int64(), 17);
  EXPECT_FALSE(summary.contains("journal_damage"));
}

TEST(SummaryJsonTest, DamageOfTheJournalIsCountedAndPlaced) {
  Results results;
  results.journal_damage.AddStretch({.offset = 120, .bytes = 80});
  results.journal_damage.AddStretch({.offset = 4096, .bytes = 20});
  const object damage = Summary(results).at("journal_damage").as_object();
  EXPECT_EQ(damage.at("stretches").as_int64(), 2);
  EXPECT_EQ(damage.at("bytes").as_int64(), 100);
  EXPECT_EQ(damage.at("first_offset").as_int64(), 120);
}

TEST(SummaryJsonTest, AMeasuredZeroIsAZeroAndNoAbsence) {
  Results results;
  results.tokens.output = 0;
  results.servers = ServerFigures{};
  results.servers->sums.preemptions = 0;
  const object summary = Summary(results);
  EXPECT_EQ(summary.at("tokens").at("output").as_int64(), 0);
  EXPECT_EQ(summary.at("servers").at("preemptions").to_number<double>(), 0);
  EXPECT_FALSE(summary.at("servers").as_object().contains("drafts"));
}

TEST(SummaryJsonTest, BuiltinPromptsAreCalledWhatTheyAre) {
  const object summary = Summary(testing::BareResults());
  EXPECT_TRUE(summary.at("dataset").at("builtin").as_bool());
  EXPECT_EQ(summary.at("dataset").at("warning").as_string(),
            "builtin prompts: only for trying things out, not a SPEED-Bench result");
  EXPECT_FALSE(Summary(testing::FullResults()).at("dataset").as_object().contains("warning"));
}

TEST(SummaryJsonTest, WhatIsNotFiniteIsAbsent) {
  Results results = testing::FullResults();
  results.run_length_s = std::nan("");
  results.headline.throughput.output_tps->high = INFINITY;
  results.headline.latency.ttft_ms->mean = std::nan("");
  const object summary = Summary(results);
  EXPECT_FALSE(summary.contains("run_length_s"));
  EXPECT_FALSE(summary.at("throughput").at("output_tps").as_object().contains("high"));
  EXPECT_FALSE(summary.at("ttft_ms").as_object().contains("mean"));
}

TEST(SummaryJsonTest, TextsFromServersCantBreakIt) {
  Results results = testing::FullResults();
  results.failures = {{"\"}\n\xff\x01", "", 1}};
  EXPECT_EQ(Summary(results).at("failures").at(0).at("text").as_string(), "\"}\n\xEF\xBF\xBD\x01");
}

}  // namespace
}  // namespace specctl
