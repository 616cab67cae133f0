#include "common/journal/event_codec.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/common/journal/filled_message.h"

namespace specctl {
namespace {

using google::protobuf::FieldDescriptor;
using testing::Fill;

class EventCodecTest : public ::testing::TestWithParam<int> {};

TEST_P(EventCodecTest, EveryFieldOfEveryEventSurvives) {
  v1::Event event;
  const FieldDescriptor* kind = v1::Event::descriptor()->field(GetParam());
  uint32_t next = 0;
  Fill(*event.GetReflection()->MutableMessage(&event, kind), next);
  if (event.has_run_begun()) event.mutable_run_begun()->mutable_spec()->clear_target_urls();
  const auto native = EventFromProto(event);
  ASSERT_TRUE(native.ok()) << native.status();
  const v1::Event again = EventToProto(*native);
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(event, again)) << difference;
}

INSTANTIATE_TEST_SUITE_P(AllKinds, EventCodecTest,
                         ::testing::Range(0, v1::Event::descriptor()->field_count()),
                         [](const auto& kind) {
                           return v1::Event::descriptor()->field(kind.param)->camelcase_name();
                         });

TEST(EventCodecUnknownTest, AnEventOfAnotherVersionIsRefused) {
  const auto event = EventFromProto(v1::Event());
  EXPECT_EQ(event.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(event.status().message()), ::testing::HasSubstr("does not know"));
}

TEST(EventCodecUnknownTest, AnEnumerationValueOfAnotherVersionIsRefused) {
  v1::Event event;
  event.mutable_target_probed()->set_token_source(static_cast<v1::TokenSource>(1000));
  const auto decoded = EventFromProto(event);
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(decoded.status().message()),
              ::testing::HasSubstr("target_probed.token_source: got 1000"));
}

TEST(EventCodecUnknownTest, TargetsOfOldJournalsHaveAUrlAlone) {
  v1::Event event;
  event.mutable_run_begun()->mutable_spec()->add_target_urls("http://a:1");
  const auto decoded = EventFromProto(event);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  const std::vector<TargetSpec>& targets = std::get<RunBegun>(*decoded).spec.targets;
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0].url, "http://a:1");
}

TEST(EventCodecUnknownTest, WhatACaFileHoldsIsNotStored) {
  RunBegun begun;
  begun.spec.tls = {.ca_file = "/etc/ca.pem", .ca_pem = "what it holds"};
  const std::string stored = EventToProto(Event(begun)).SerializeAsString();
  EXPECT_THAT(stored, ::testing::HasSubstr("/etc/ca.pem"));
  EXPECT_THAT(stored, ::testing::Not(::testing::HasSubstr("what it holds")));
}

TEST(EventCodecUnknownTest, AbsentIsNotZero) {
  const auto event =
      EventFromProto(EventToProto(Event(AgentBatch{.finished = {RequestFinished{}}})));
  ASSERT_TRUE(event.ok());
  const auto& finished = std::get<AgentBatch>(*event).finished.at(0);
  EXPECT_FALSE(finished.output_tokens.has_value());
  EXPECT_FALSE(finished.start_mono_ns.has_value());
  EXPECT_FALSE(finished.speculation.has_value());
  EXPECT_FALSE(finished.timings.has_value());
  EXPECT_FALSE(finished.http_status.has_value());
  EXPECT_FALSE(finished.finish_reason.has_value());
  EXPECT_FALSE(finished.response_id.has_value());
  EXPECT_FALSE(finished.output_hash.has_value());
}

// Journals are as they were: what they have no presence bit for takes no byte.
TEST(EventCodecUnknownTest, WhatARequestLacksTakesNoByte) {
  RequestFinished finished;
  finished.end_mono_ns = 7;
  v1::RequestFinished stored;
  stored.set_outcome(v1::OUTCOME_OK);
  stored.set_end_mono_ns(7);
  EXPECT_EQ(BatchToProto(AgentBatch{.finished = {finished}}).finished(0).SerializeAsString(),
            stored.SerializeAsString());
}

}  // namespace
}  // namespace specctl
