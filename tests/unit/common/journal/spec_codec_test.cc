#include "common/journal/spec_codec.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/common/journal/filled_message.h"

namespace specctl {
namespace {

std::string DifferenceOf(const v1::RunSpec& spec, const v1::RunSpec& again) {
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  differencer.Compare(spec, again);
  return difference;
}

// Fails where the table of the spec's fields lacks one of the schema's.
TEST(SpecCodecTest, EveryFieldOfTheSchemaSurvives) {
  v1::RunSpec spec;
  uint32_t next = 0;
  testing::Fill(spec, next);
  testing::Fill(spec, next);  // each repeated field twice
  spec.clear_target_urls();
  const v1::RunSpec again = SpecToProto(SpecFromProto(spec));
  EXPECT_EQ(DifferenceOf(spec, again), "");
  EXPECT_EQ(again.SerializeAsString(), spec.SerializeAsString());
}

TEST(SpecCodecTest, AbsentStaysAbsentAndZeroZero) {
  const RunSpec absent = SpecFromProto(v1::RunSpec());
  EXPECT_FALSE(absent.load.duration);
  EXPECT_FALSE(absent.load.requests_max);
  EXPECT_FALSE(absent.request.temperature);
  EXPECT_FALSE(absent.gpus);
  RunSpec zero;
  zero.load.duration = Nanos(0);
  zero.request.temperature = 0.0;
  zero.targets = {{.url = "http://a:1", .gpus = 0}};
  const RunSpec again = SpecFromProto(SpecToProto(zero));
  EXPECT_EQ(again.load.duration, Nanos(0));
  EXPECT_EQ(again.request.temperature, 0.0);
  EXPECT_EQ(again.targets.at(0).gpus, 0u);
}

// What is stored decides, not what a spec has by default.
TEST(SpecCodecTest, AFieldThatIsNotStoredIsTheSchemasDefault) {
  const RunSpec read = SpecFromProto(v1::RunSpec());
  EXPECT_FALSE(read.server_metrics);
  EXPECT_EQ(read.timeouts.idle, Nanos(0));
  EXPECT_EQ(read.url_policy, UrlPolicy::kRoundRobin);
}

TEST(SpecCodecTest, PartsAreThereEvenWhereTheyAreEmpty) {
  const v1::RunSpec stored = SpecToProto(RunSpec());
  EXPECT_TRUE(stored.has_load());
  EXPECT_TRUE(stored.has_request());
  EXPECT_TRUE(stored.has_dataset());
  EXPECT_EQ(stored.request().endpoint(), v1::ENDPOINT_CHAT);
}

}  // namespace
}  // namespace specctl
