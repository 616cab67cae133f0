#include "common/export/aiperf_record_line.h"

#include <set>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/unit/common/export/aiperf_structure.h"
#include "tests/unit/common/export/export_requests.h"

namespace specctl {
namespace {

using ::boost::json::object;
using testing::AiperfStructure;
using testing::ContextOf;
using testing::kUnixT0;
using testing::OkRequest;

object LineOf(const EndedRequest& request) {
  const std::string line = AiperfRecordLine(request, ContextOf({"math", "coding"}));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  return boost::json::parse(line).as_object();
}

// Each key is one of AIPerf's, with its type.
void ExpectTypes(const object& ours, const object& theirs) {
  for (const auto& [key, value] : ours) {
    const auto* type = theirs.if_contains(key);
    ASSERT_NE(type, nullptr) << key;
    EXPECT_EQ(testing::TypeOf(value), std::string_view(type->as_string())) << key;
  }
}

TEST(AiperfRecordLineTest, KeysTypesAndUnitsAreAiperfs) {
  const object golden = AiperfStructure();
  object row = LineOf(OkRequest(1));
  object metadata = row.at("metadata").as_object();
  // In AIPerf's model, and set by a later loader of SPEED-Bench: one run gives the whole matrix.
  EXPECT_EQ(metadata.at("source_kind").as_string(), "coding");
  metadata.erase("source_kind");
  ExpectTypes(metadata, golden.at("metadata").as_object());
  ExpectTypes(row.at("spec_decode_acceptance").as_object(),
              golden.at("spec_decode_acceptance").as_object());
  for (const auto& [tag, metric] : row.at("metrics").as_object()) {
    const auto* unit = golden.at("record_metrics").as_object().if_contains(tag);
    ASSERT_NE(unit, nullptr) << tag;
    EXPECT_EQ(metric.at("unit"), *unit) << tag;
  }
  // What isn't known is absent, and nothing else.
  std::set<std::string> absent;
  for (const auto& [tag, unit] : golden.at("record_metrics").as_object()) {
    const bool trace = tag.starts_with("http_req_");
    if (!trace && !row.at("metrics").as_object().contains(tag)) absent.insert(tag);
  }
  EXPECT_EQ(absent, std::set<std::string>());
}

TEST(AiperfRecordLineTest, TimesAreOfTheWallClock) {
  const object metadata = LineOf(OkRequest(1)).at("metadata").as_object();
  EXPECT_EQ(metadata.at("credit_issued_ns").as_int64(), kUnixT0 + 100'000'000);
  EXPECT_EQ(metadata.at("request_start_ns").as_int64(), kUnixT0 + 105'000'000);
  EXPECT_EQ(metadata.at("request_end_ns").as_int64(), kUnixT0 + 155'500'000);
  EXPECT_EQ(metadata.at("x_request_id").as_string(), "20261122-101410-7f3a-1.0");
  EXPECT_EQ(metadata.at("conversation_id").as_string(), "q1");
  EXPECT_EQ(metadata.at("phase_index").as_int64(), 0);
}

TEST(AiperfRecordLineTest, StatisticsOfARequestAreWholeNumbers) {
  const object told = LineOf(OkRequest(0)).at("spec_decode_acceptance").as_object();
  EXPECT_EQ(told.at("engine").as_string(), "vllm");
  EXPECT_EQ(told.at("acceptance_histogram"), boost::json::value({{"2", 3}}));
  EXPECT_EQ(told.at("num_spec_steps").as_int64(), 3);
  EXPECT_EQ(told.at("num_draft_tokens").as_int64(), 9);
  EXPECT_EQ(told.at("num_accepted_draft_tokens").as_int64(), 6);
  EXPECT_EQ(told.at("num_spec_tokens").as_int64(), 3);
}

TEST(AiperfRecordLineTest, ARequestThatIsNotOkHasAnErrorAndNoMetrics) {
  const object golden = AiperfStructure();
  object row = LineOf(testing::CancelledRequest(0));
  EXPECT_TRUE(row.at("metrics").as_object().empty());
  EXPECT_FALSE(row.contains("spec_decode_acceptance"));
  EXPECT_EQ(row.at("error").at("code").as_int64(), 499);
  EXPECT_TRUE(row.at("metadata").at("was_cancelled").as_bool());
  ExpectTypes(row.at("error").as_object(), golden.at("error").as_object());
  EXPECT_FALSE(LineOf(testing::FailedRequest(0)).at("metadata").at("was_cancelled").as_bool());
}

TEST(AiperfRecordLineTest, WarmupIsAPhaseBeforeTheOther) {
  RunContext run = ContextOf({"math"});
  run.begun->spec.load.warmup = std::chrono::seconds(1);
  EndedRequest request = OkRequest(0);
  const auto phase_of = [&](Stage stage) {
    request.settled.stage = stage;
    return boost::json::parse(AiperfRecordLine(request, run)).at("metadata").as_object();
  };
  const object warmup = phase_of(Stage::kWarmup), hold = phase_of(Stage::kHold);
  EXPECT_EQ(warmup.at("benchmark_phase").as_string(), "warmup");
  EXPECT_EQ(warmup.at("phase_index").as_int64(), 0);
  EXPECT_FALSE(warmup.contains("profiling_index"));
  EXPECT_EQ(hold.at("benchmark_phase").as_string(), "profiling");
  EXPECT_EQ(hold.at("phase_index").as_int64(), 1);
  EXPECT_EQ(hold.at("profiling_index").as_int64(), 0);
}

}  // namespace
}  // namespace specctl
