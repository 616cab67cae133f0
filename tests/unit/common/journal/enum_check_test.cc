#include "common/journal/enum_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "specctl/v1/journal.pb.h"

namespace specctl {
namespace {

using ::testing::StartsWith;

constexpr int kUnknown[] = {-2147483647, -1, 99, 2147483647};

void ExpectRefused(const v1::Event& event, const std::string& place, int value) {
  const absl::Status status = CheckEnums(event);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), StartsWith(place + ": got " + std::to_string(value) +
                                                        ", which this version does not know"));
}

TEST(EnumCheckTest, EveryKnownValueAndAnAbsentOnePass) {
  v1::Event event;
  EXPECT_TRUE(CheckEnums(event).ok());
  auto* finished = event.mutable_agent_batch()->add_finished();
  for (int value = 0; value <= v1::Outcome_MAX; ++value) {
    finished->set_outcome(static_cast<v1::Outcome>(value));
    EXPECT_TRUE(CheckEnums(event).ok());
  }
}

TEST(EnumCheckTest, AnUnknownValueIsNamedWithItsPlace) {
  for (const int value : kUnknown) {
    v1::Event event;
    event.mutable_stage_changed()->set_stage(static_cast<v1::RunStage>(value));
    ExpectRefused(event, "stage_changed.stage", value);
    event.mutable_run_begun()->mutable_spec()->mutable_request()->set_endpoint(
        static_cast<v1::Endpoint>(value));
    ExpectRefused(event, "run_begun.spec.request.endpoint", value);
    event.mutable_agent_batch()->add_finished();
    event.mutable_agent_batch()->add_finished()->set_token_fault(
        static_cast<v1::TokenFault>(value));
    ExpectRefused(event, "agent_batch.finished[1].token_fault", value);
  }
}

TEST(EnumCheckTest, AMessageWithoutEnumerationsPasses) {
  v1::HostFacts host;
  host.set_hostname("a");
  EXPECT_TRUE(CheckEnums(host).ok());
}

}  // namespace
}  // namespace specctl
